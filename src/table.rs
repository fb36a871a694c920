//! Rows of text in columns, for people.

use std::io::{self, Write};

/// Columns as wide as what stands in them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Table<const COLUMNS: usize> {
    titles: [&'static str; COLUMNS],
    /// Numbers stand on the right of their column.
    right: [bool; COLUMNS],
    /// In characters.
    widths: [usize; COLUMNS],
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Wide enough for these rows.
    pub(crate) fn fitting(
        titles: [&'static str; COLUMNS],
        right: [bool; COLUMNS],
        rows: &[[String; COLUMNS]],
    ) -> Self {
        let mut widths = titles.map(str::len);
        for row in rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.chars().count());
            }
        }
        Self { titles, right, widths }
    }

    /// The line that names the columns.
    pub(crate) fn write_titles(&self, out: &mut dyn Write) -> io::Result<()> {
        self.write_row(&self.titles.map(str::to_owned), out)
    }

    /// A row; one that is wider than those that were foreseen moves what follows it.
    pub(crate) fn write_row(&self, row: &[String; COLUMNS], out: &mut dyn Write) -> io::Result<()> {
        let mut line = String::new();
        for ((cell, width), right) in row.iter().zip(self.widths).zip(self.right) {
            let padding = " ".repeat(width.saturating_sub(cell.chars().count()));
            let (before, after) =
                if right { (padding, String::new()) } else { (String::new(), padding) };
            line.extend([&before, cell, &after, "  "]);
        }
        writeln!(out, "{}", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_and_numbers_stand_on_the_right() {
        let rows = [["1".to_owned(), "über".to_owned()], ["20".to_owned(), "x".to_owned()]];
        let table = Table::fitting(["#", "name"], [true, false], &rows);
        let mut out = Vec::new();
        table.write_titles(&mut out).unwrap();
        for row in &rows {
            table.write_row(row, &mut out).unwrap();
        }
        assert_eq!(String::from_utf8(out).unwrap(), " #  name\n 1  über\n20  x\n");
    }
}
