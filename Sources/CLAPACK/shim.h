/* LAPACK and BLAS as Fortran compilers export them: everything by address, matrices by columns, and
   the length of each character argument at the end. */
#pragma once

#include <stddef.h>

/* Eigenvalues w (rising) and, in the columns of a, eigenvectors of a symmetric matrix. */
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info,
             size_t jobz_length, size_t uplo_length);

/* C = alpha * op(A) * op(B) + beta * C. */
void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
            const double *beta, double *c, const int *ldc, size_t transa_length,
            size_t transb_length);
