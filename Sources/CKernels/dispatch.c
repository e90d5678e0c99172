#include "CKernels.h"

const char *ck_isa_name(ck_isa isa) {
  static const char *const names[CK_ISA_COUNT] = {"scalar", "avx2", "avx512", "neon"};
  return isa >= 0 && isa < CK_ISA_COUNT ? names[isa] : "unknown";
}
