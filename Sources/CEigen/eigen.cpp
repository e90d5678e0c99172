#include "CEigen.h"

// No threads: a sum's order, and so its bytes, depend on sizes alone.
#define EIGEN_DONT_PARALLELIZE
#define EIGEN_MPL2_ONLY
#include <eigen3/Eigen/Core>
#include <eigen3/Eigen/Eigenvalues>

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Input = Eigen::Map<const Matrix>;
using Output = Eigen::Map<Matrix>;

static Eigen::Index extent(size_t count) { return static_cast<Eigen::Index>(count); }

// Nothing may be thrown at callers that are not C++: only memory that runs out is.

extern "C" int ce_multiply(size_t m, size_t n, size_t k, const double *a, const double *b,
                           double *c) {
  try {
    Output(c, extent(m), extent(n)).noalias() =
        Input(a, extent(m), extent(k)) * Input(b, extent(k), extent(n));
    return 1;
  } catch (...) {
    return 0;
  }
}

extern "C" int ce_eigensystem(size_t n, const double *a, double *values, double *vectors) {
  try {
    const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> solver(Input(a, extent(n), extent(n)));
    if (solver.info() != Eigen::Success) return 0;
    Eigen::Map<Eigen::VectorXd>(values, extent(n)) = solver.eigenvalues();
    Output(vectors, extent(n), extent(n)) = solver.eigenvectors().transpose();
    return 1;
  } catch (...) {
    return 0;
  }
}
