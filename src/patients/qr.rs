//! The square code of a card: one path over the four quiet modules that scanners need (experience M12).

use qrcode::{Color, EcLevel, QrCode};

/// A drawn code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Modules a side, with the quiet zone.
    pub size: usize,
    /// The dark modules as one SVG path.
    pub path: String,
}

const QUIET: usize = 4;

impl Qr {
    /// Draws a short text; a text that fits no code gives an empty drawing.
    pub fn of(text: &str) -> Self {
        let Ok(code) = QrCode::with_error_correction_level(text, EcLevel::M) else {
            return Qr { size: 2 * QUIET, path: String::new() };
        };
        let width = code.width();
        let mut path = String::new();
        for (row, modules) in code.to_colors().chunks(width).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|one, other| one == other) {
                if run.first() == Some(&Color::Dark) {
                    let (x, y, length) = (column + QUIET, row + QUIET, run.len());
                    path.push_str(&format!("M{x} {y}h{length}v1h-{length}z"));
                }
                column += run.len();
            }
        }
        Qr { size: width + 2 * QUIET, path }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawing_holds_the_same_modules_as_the_code_with_a_quiet_zone() {
        let text = "0123456789ABCDEFGHJKMNPQRS";
        let (qr, code) = (Qr::of(text), QrCode::with_error_correction_level(text, EcLevel::M).unwrap());
        assert_eq!(qr.size, code.width() + 8);
        let mut drawn = 0;
        for run in qr.path.split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect();
            let (x, y, length) = (numbers[0], numbers[1], numbers[2]);
            assert!(x >= 4 && y >= 4 && x + length <= qr.size - 4 && y < qr.size - 4);
            for column in x..x + length {
                assert_eq!(code[(column - 4, y - 4)], Color::Dark);
                drawn += 1;
            }
        }
        assert_eq!(drawn, code.to_colors().iter().filter(|color| **color == Color::Dark).count());
    }
}
