//! Linear maps of three numbers.

/// A map, row by row.
pub(crate) type Rows = [[f64; 3]; 3];

/// The map that applies `second` after `first`.
pub(crate) fn after(second: Rows, first: Rows) -> Rows {
    second.map(|row| {
        [0, 1, 2].map(|column| (0..3).map(|index| row[index] * first[index][column]).sum())
    })
}

/// The numbers that the map makes of `numbers`.
pub(crate) fn applied(rows: Rows, numbers: [f64; 3]) -> [f64; 3] {
    rows.map(|row| row[0] * numbers[0] + row[1] * numbers[1] + row[2] * numbers[2])
}

/// The same map in single precision, for pixels.
pub(crate) fn single(rows: Rows) -> [[f32; 3]; 3] {
    rows.map(|row| row.map(|number| number as f32))
}

/// As [`applied`], in single precision.
pub(crate) fn applied_single(rows: &[[f32; 3]; 3], numbers: [f32; 3]) -> [f32; 3] {
    rows.map(|row| row[0] * numbers[0] + row[1] * numbers[1] + row[2] * numbers[2])
}

/// The map that undoes another, by Cramer's rule. The other must not be singular.
pub(crate) fn inverse(rows: Rows) -> Rows {
    let minor = |row: usize, column: usize| {
        let [r, s] = [(row + 1) % 3, (row + 2) % 3];
        let [c, d] = [(column + 1) % 3, (column + 2) % 3];
        rows[r][c] * rows[s][d] - rows[r][d] * rows[s][c]
    };
    let determinant: f64 = (0..3).map(|column| rows[0][column] * minor(0, column)).sum();
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| minor(column, row) / determinant))
}

/// The map that multiplies each number by its own factor.
pub(crate) fn diagonal([first, second, third]: [f64; 3]) -> Rows {
    [[first, 0.0, 0.0], [0.0, second, 0.0], [0.0, 0.0, third]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_undoes_its_map() {
        let rows = [[2.0, 1.0, -1.0], [0.5, 3.0, 4.0], [1.0, -2.0, 0.25]];
        let same = after(inverse(rows), rows);
        for (row, numbers) in same.into_iter().enumerate() {
            for (column, number) in numbers.into_iter().enumerate() {
                let wanted = if row == column { 1.0 } else { 0.0 };
                assert!((number - wanted).abs() < 1e-12, "{same:?}");
            }
        }
        let back = applied(inverse(rows), applied(rows, [1.0, 2.0, 3.0]));
        assert!(back.into_iter().zip([1.0, 2.0, 3.0]).all(|(a, b)| (a - b).abs() < 1e-12));
    }
}
