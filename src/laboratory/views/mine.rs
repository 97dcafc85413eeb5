//! A patient's own results, in plain words.

use askama::Template;

use crate::laboratory::model::VersionState;
use crate::laboratory::store::lines::Line;
use crate::laboratory::store::results::{Value, Version};
use crate::laboratory::store::reviews::Mine;
use crate::web::Page;

/// The list.
#[derive(Debug, Template)]
#[template(path = "laboratory/my_results.html")]
pub struct MyResultsPage {
    /// The frame.
    pub page: Page,
    /// What may be read, the newest first.
    pub results: Vec<Mine>,
    /// The address of older ones.
    pub older: Option<String>,
}

impl Mine {
    /// `All within the usual range`, `2 values outside the usual range`.
    pub fn words(&self) -> String {
        if !self.readable {
            return "Being checked again".to_owned();
        }
        match self.outside {
            _ if self.void => "Withdrawn. There is no result that counts".to_owned(),
            0 => "Nothing unusual".to_owned(),
            1 => "1 value is not as usual".to_owned(),
            more => format!("{more} values are not as usual"),
        }
    }
}

/// One result.
#[derive(Debug, Template)]
#[template(path = "laboratory/my_result.html")]
pub struct MyResultPage {
    /// The frame.
    pub page: Page,
    /// The line.
    pub line: Line,
    /// The version that holds.
    pub version: Version,
    /// Every version, the oldest first.
    pub versions: Vec<Version>,
    /// The values of all its versions; none while it may not be read.
    pub all: Vec<Value>,
    /// Whether it may be read now.
    pub readable: bool,
}

impl MyResultPage {
    /// The values that hold.
    pub fn values(&self) -> Vec<&Value> {
        self.all.iter().filter(|value| value.result_id == self.version.id).collect()
    }

    /// What stood in earlier versions, the newest first; nothing from before a withdrawal, it may be another person's.
    pub fn before(&self) -> Vec<(&Version, Vec<&Value>)> {
        let since = self.versions.iter().rposition(|version| version.void).map_or(0, |at| at + 1);
        let newest_first = self.versions.iter().skip(since).rev();
        let old = newest_first.filter(|version| version.state == VersionState::Superseded);
        old.map(|version| (version, self.all.iter().filter(|value| value.result_id == version.id).collect()))
            .collect()
    }
}
