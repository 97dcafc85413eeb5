//! What is printed: the slip with the token, the poster at the door; and QR codes.

use std::fmt;

use askama::Template;
use qrcode::{EcLevel, QrCode};

use crate::queue::store::places::Slip;
use crate::web::{Page, paths};

/// The slip of a visit, 80 mm wide. It carries initials only.
#[derive(Debug, Template)]
#[template(path = "queue/slip.html")]
pub struct SlipPage {
    /// The frame.
    pub page: Page,
    /// What it says.
    pub slip: Slip,
    /// The address of the place.
    pub address: String,
    /// The same as a code.
    pub qr: Qr,
}

impl SlipPage {
    /// A slip whose code leads to `public_url`.
    pub fn new(page: Page, slip: Slip, public_url: &str) -> Self {
        let address = format!("{public_url}{}", paths::queue::place(&slip.slip_code));
        let qr = Qr::of(&address, "Link to your place");
        SlipPage { page, slip, address, qr }
    }

    /// `A. O.`
    pub fn initials(&self) -> String {
        let names = [&self.slip.given_names, &self.slip.family_name];
        let letters = names.iter().filter_map(|name| name.chars().next());
        letters.map(|letter| format!("{letter}.")).collect::<Vec<_>>().join(" ")
    }
}

/// The poster with the code of the day.
#[derive(Debug, Template)]
#[template(path = "queue/poster.html")]
pub struct PosterPage {
    /// The frame.
    pub page: Page,
    /// The code of the day.
    pub code: String,
    /// The address of self check-in.
    pub address: String,
    /// The same as a code.
    pub qr: Qr,
}

/// A QR code as one path: dark modules on the quiet zone that the standard asks for.
#[derive(Debug)]
pub struct Qr {
    size: usize,
    path: String,
    label: &'static str,
}

impl Qr {
    /// The code of an address.
    pub fn of(address: &str, label: &'static str) -> Self {
        const QUIET: usize = 4;
        let Ok(code) = QrCode::with_error_correction_level(address, EcLevel::M) else {
            return Qr { size: 0, path: String::new(), label };
        };
        let width = code.width();
        let dark = code.to_colors();
        let mut path = String::new();
        for (index, _) in dark.iter().enumerate().filter(|(_, color)| **color == qrcode::Color::Dark) {
            path.push_str(&format!("M{} {}h1v1h-1z", index % width + QUIET, index / width + QUIET));
        }
        Qr { size: width + 2 * QUIET, path, label }
    }
}

impl fmt::Display for Qr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Qr { size, path, label } = self;
        write!(
            f,
            "<svg class=\"qr\" viewBox=\"0 0 {size} {size}\" role=\"img\" aria-label=\"{label}\"><path d=\"{path}\"/></svg>"
        )
    }
}

// Digits, letters of the path and a constant label: nothing in it can be markup of anybody else.
impl askama::filters::HtmlSafe for Qr {}
