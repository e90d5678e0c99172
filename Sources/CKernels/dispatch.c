// Chooses the instruction set and forwards the public functions to its variant; holds no kernels.
#include <stdatomic.h>

#include "kernels.h"

// Both values are written with what any thread would compute, so relaxed order is enough.
static _Atomic int best_isa = -1;
static _Atomic int selected_isa = -1;

#define CK_ENTRY(variant, result, family, parameters, arguments) .family = ck_##family##_##variant,
#define CK_TABLE(variant, isa_value) \
  [isa_value] = {.isa = isa_value, CK_FAMILIES(CK_ENTRY, variant)},
static const ck_variant variants[CK_ISA_COUNT] = {CK_VARIANTS(CK_TABLE)};

static bool in_range(ck_isa isa) { return (int)isa >= 0 && (int)isa < CK_ISA_COUNT; }

static bool processor_runs(ck_isa isa) {
  if (variants[isa].relu == NULL) return false;
#if defined(__x86_64__)
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == CK_ISA_AVX2) return avx2;
  if (isa == CK_ISA_AVX512) {
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  }
#endif
  return true;
}

ck_isa ck_isa_best(void) {
  int known = atomic_load_explicit(&best_isa, memory_order_relaxed);
  if (known >= 0) return (ck_isa)known;
  static const ck_isa widest_first[] = {CK_ISA_AVX512, CK_ISA_AVX2, CK_ISA_NEON};
  ck_isa best = CK_ISA_SCALAR;
  for (size_t i = 0; i < sizeof widest_first / sizeof *widest_first; ++i) {
    if (processor_runs(widest_first[i])) {
      best = widest_first[i];
      break;
    }
  }
  atomic_store_explicit(&best_isa, (int)best, memory_order_relaxed);
  return best;
}

bool ck_isa_supported(ck_isa isa) {
  // The sets of one architecture contain each other in the order of their numbers.
  return in_range(isa) && variants[isa].relu != NULL && isa <= ck_isa_best();
}

ck_isa ck_isa_selected(void) {
  int selected = atomic_load_explicit(&selected_isa, memory_order_relaxed);
  return selected >= 0 ? (ck_isa)selected : ck_isa_best();
}

bool ck_select(ck_isa isa) {
  if (!ck_isa_supported(isa)) return false;
  atomic_store_explicit(&selected_isa, (int)isa, memory_order_relaxed);
  return true;
}

const char *ck_isa_name(ck_isa isa) {
  static const char *const names[CK_ISA_COUNT] = {"scalar", "avx2", "avx512", "neon"};
  return in_range(isa) ? names[isa] : "unknown";
}

const ck_variant *ck_variant_for(ck_isa isa) {
  return ck_isa_supported(isa) ? &variants[isa] : NULL;
}

#define CK_FORWARD(variant, result, family, parameters, arguments) \
  result ck_##family parameters { return variants[ck_isa_selected()].family arguments; }
CK_FAMILIES(CK_FORWARD, selected)
