//! 3 × 3 matrices.

/// A matrix, row by row.
pub(crate) type Matrix3 = [[f64; 3]; 3];

/// Returns the matrix that applies `second` after `first`.
pub(crate) fn product(second: Matrix3, first: Matrix3) -> Matrix3 {
    second.map(|row| {
        [0, 1, 2].map(|column| (0..3).map(|index| row[index] * first[index][column]).sum())
    })
}

/// Multiplies a column vector by a matrix.
pub(crate) fn transformed(matrix: Matrix3, vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// Returns the same matrix in single precision, for use on pixels.
pub(crate) fn to_f32(matrix: Matrix3) -> [[f32; 3]; 3] {
    matrix.map(|row| row.map(|number| number as f32))
}

/// Multiplies like [`transformed`], in single precision.
pub(crate) fn transformed_f32(matrix: &[[f32; 3]; 3], vector: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
}

/// Returns the inverse of a matrix by Cramer's rule. The matrix must not be singular.
pub(crate) fn inverse(matrix: Matrix3) -> Matrix3 {
    let minor = |row: usize, column: usize| {
        let [r, s] = [(row + 1) % 3, (row + 2) % 3];
        let [c, d] = [(column + 1) % 3, (column + 2) % 3];
        matrix[r][c] * matrix[s][d] - matrix[r][d] * matrix[s][c]
    };
    let determinant: f64 = (0..3).map(|column| matrix[0][column] * minor(0, column)).sum();
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| minor(column, row) / determinant))
}

/// Returns the diagonal matrix with these numbers.
pub(crate) fn diagonal([first, second, third]: [f64; 3]) -> Matrix3 {
    [[first, 0.0, 0.0], [0.0, second, 0.0], [0.0, 0.0, third]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inverse_reverses_a_matrix() {
        let matrix = [[2.0, 1.0, -1.0], [0.5, 3.0, 4.0], [1.0, -2.0, 0.25]];
        let identity = product(inverse(matrix), matrix);
        for (row, numbers) in identity.into_iter().enumerate() {
            for (column, number) in numbers.into_iter().enumerate() {
                let wanted = if row == column { 1.0 } else { 0.0 };
                assert!((number - wanted).abs() < 1e-12, "{identity:?}");
            }
        }
        let back = transformed(inverse(matrix), transformed(matrix, [1.0, 2.0, 3.0]));
        assert!(back.into_iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
