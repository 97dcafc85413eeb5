//! Files that are opened with a spreadsheet program: what stands in a cell is never run.

/// What such a program takes for the beginning of a formula; the wide ones are turned into narrow ones first.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

fn is_formula(cell: &str) -> bool {
    // What it skips before it looks.
    cell.trim_start_matches([' ', '\n', '\0', '\u{a0}', '\u{feff}']).starts_with(FORMULA)
}

/// A cell that no spreadsheet program runs as a formula: an apostrophe makes it text (OWASP, CSV injection).
pub fn tamed(cell: String) -> String {
    if is_formula(&cell) { format!("'{cell}") } else { cell }
}

/// A cell as it was before [`tamed`]: files that were downloaded here come back corrected.
pub fn untamed(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_be_run_is_text_and_comes_back_as_it_was() {
        for cell in
            ["=1+1", "+1", "-1", "@x", "\tx", "\rx", " =1", "\0=1", "\u{a0}\n=1", "\u{feff}=1", "＝1", "＠x"]
        {
            let safe = tamed(cell.to_owned());
            assert_eq!(safe, format!("'{cell}"));
            assert_eq!(untamed(&safe), cell);
        }
        for cell in ["", "Ada", "0803 123 4567", "'quoted'", "a=1"] {
            assert_eq!(tamed(cell.to_owned()), cell);
            assert_eq!(untamed(cell), cell);
        }
    }
}
