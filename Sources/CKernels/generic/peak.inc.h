// Multiply-adds at the processor's limit, for any vector type with CK_BROADCAST, CK_FMA and CK_STORE.

// More chains than latency times throughput of any processor asks for, few enough for 16 registers.
enum { CK_CHAINS = 12 };

uint64_t CK_NAME(multiply_adds)(size_t rounds, float *sink) {
  CK_VECTOR sums[CK_CHAINS];
  // Each chain comes closer to 2, the number that is half of itself plus one.
  CK_VECTOR half = CK_BROADCAST(0.5f), one = CK_BROADCAST(1);
#pragma clang loop unroll(full)
  for (int i = 0; i < CK_CHAINS; ++i) sums[i] = CK_BROADCAST((float)i);
#pragma clang loop unroll(disable)
  for (size_t round = 0; round < rounds; ++round) {
#pragma clang loop unroll(full)
    for (int i = 0; i < CK_CHAINS; ++i) sums[i] = CK_FMA(sums[i], half, one);
  }
  float lanes[CK_VECTOR_LANES], total = 0;
#pragma clang loop unroll(full)
  for (int i = 0; i < CK_CHAINS; ++i) {
    CK_STORE(lanes, sums[i]);
    for (int lane = 0; lane < CK_VECTOR_LANES; ++lane) total += lanes[lane];
  }
  *sink = total / (CK_CHAINS * CK_VECTOR_LANES);
  return (uint64_t)rounds * CK_CHAINS * CK_VECTOR_LANES;
}
