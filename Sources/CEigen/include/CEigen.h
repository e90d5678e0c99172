// Dense linear algebra in double precision, through the headers of Eigen.
#ifndef CEIGEN_H
#define CEIGEN_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

// C = A B, all row-major: `a` is (m, k), `b` is (k, n), `c` is (m, n). Returns 0 where memory runs out.
int ce_multiply(size_t m, size_t n, size_t k, const double *a, const double *b, double *c);

// Eigenvalues, rising, of the symmetric matrix `a`, (n, n), of which one half is read; and an
// orthonormal eigenvector a row of `vectors`, (n, n). Returns 0 where the iteration does not converge
// or memory runs out.
int ce_eigensystem(size_t n, const double *a, double *values, double *vectors);

#ifdef __cplusplus
}
#endif

#endif
