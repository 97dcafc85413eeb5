//! What doctors are told at once, wherever they are.

use askama::Template;

use crate::consultation::model::VitalsId;
use crate::queue::model::AttentionKind;
use crate::queue::store::attention::Attention;
use crate::web::form::new_op;
use crate::web::{Page, paths};

/// How many stand in the notice; the boards show more.
const SHOWN: usize = 3;

/// What nobody has seen to.
#[derive(Debug, Default)]
pub struct Needs(Vec<Attention>);

/// The notice alone.
#[derive(Debug, Template)]
#[template(path = "queue/_needs.html")]
pub struct NeedsPart {
    /// The frame.
    pub page: Page,
    /// What nobody has seen to.
    pub needs: Needs,
}

impl From<Vec<Attention>> for Needs {
    fn from(told: Vec<Attention>) -> Self {
        Needs(told)
    }
}

impl Needs {
    /// Those that the notice names, the most urgent first.
    pub fn shown(&self) -> impl Iterator<Item = &Attention> {
        self.0.iter().take(SHOWN)
    }

    /// Whether there is anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `2 patients need a doctor now`
    pub fn words(&self) -> String {
        match self.total() {
            1 => "1 patient needs a doctor now".to_owned(),
            many => format!("{many} patients need a doctor now"),
        }
    }

    fn total(&self) -> i64 {
        self.0.first().map_or(0, |told| told.total)
    }

    /// How many are not named.
    pub fn more(&self) -> i64 {
        self.total() - i64::try_from(self.shown().count()).unwrap_or(0)
    }

    /// A new operation id.
    pub fn op(&self) -> String {
        new_op()
    }
}

/// The page of what somebody asked for attention about.
pub fn page_of(kind: AttentionKind, about: i64) -> String {
    match kind {
        AttentionKind::EarlyWarning => paths::consultation::taking(VitalsId(about)),
    }
}

impl Attention {
    /// The page of what it is about.
    pub fn page(&self) -> String {
        page_of(self.kind, self.about_id)
    }
}
