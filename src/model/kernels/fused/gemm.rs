//! Matrix products on slices, with the `gemm` crate on one thread.

/// A matrix over a slice, with any row and column stride.
#[derive(Clone, Copy)]
pub struct Matrix<'a> {
    values: &'a [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
}

/// A writable matrix with contiguous rows.
pub struct MatrixMut<'a> {
    values: &'a mut [f32],
    rows: usize,
    columns: usize,
    row_stride: usize,
}

impl<'a> Matrix<'a> {
    /// Creates a matrix of consecutive rows.
    pub fn rows(values: &'a [f32], rows: usize, columns: usize) -> Self {
        Self::strided(values, rows, columns, columns)
    }

    /// Creates a matrix with rows `row_stride` apart, for example the columns of one head.
    pub fn strided(values: &'a [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        Self { values, rows, columns, row_stride, column_stride: 1 }
    }

    /// Returns the transposed matrix.
    pub fn transposed(self) -> Self {
        Self {
            values: self.values,
            rows: self.columns,
            columns: self.rows,
            row_stride: self.column_stride,
            column_stride: self.row_stride,
        }
    }

    fn fits(&self) -> bool {
        self.rows == 0
            || self.columns == 0
            || (self.rows - 1) * self.row_stride + (self.columns - 1) * self.column_stride < self.values.len()
    }
}

impl<'a> MatrixMut<'a> {
    /// Creates a matrix of consecutive rows.
    pub fn rows(values: &'a mut [f32], rows: usize, columns: usize) -> Self {
        Self { values, rows, columns, row_stride: columns }
    }

    /// Creates a matrix with rows `row_stride` apart.
    pub fn strided(values: &'a mut [f32], rows: usize, columns: usize, row_stride: usize) -> Self {
        Self { values, rows, columns, row_stride }
    }
}

/// Computes `to = [to +] factor * a b`.
///
/// # Panics
/// Panics if the shapes do not match, which is a bug of the calling kernel.
#[allow(unsafe_code)]
pub fn multiply(to: MatrixMut, accumulate: bool, a: Matrix, b: Matrix, factor: f32) {
    assert!(a.rows == to.rows && b.columns == to.columns && a.columns == b.rows, "matrix shapes do not match");
    let end = (to.rows.max(1) - 1) * to.row_stride + to.columns;
    assert!(a.fits() && b.fits() && (to.rows == 0 || end <= to.values.len()), "matrix exceeds its slice");
    // SAFETY: the asserts ensure that every element of the three matrices is inside its slice. The slices are borrowed
    // for the call. `to` is borrowed uniquely, so it aliases neither `a` nor `b`. f32 has no invalid values.
    unsafe {
        gemm::gemm(
            to.rows,
            to.columns,
            a.columns,
            to.values.as_mut_ptr(),
            1,
            to.row_stride as isize,
            accumulate,
            a.values.as_ptr(),
            a.column_stride as isize,
            a.row_stride as isize,
            b.values.as_ptr(),
            b.column_stride as isize,
            b.row_stride as isize,
            1.0,
            factor,
            false,
            false,
            false,
            gemm::Parallelism::None,
        );
    }
}
