//! Pages of the templates.

use crate::consultation::model::{NoteKind, Part, TemplateId};
use crate::consultation::store::templates::Template;
use crate::web::{FormState, Page};

/// Everything that somebody can use.
#[derive(Debug, askama::Template)]
#[template(path = "consultation/templates.html")]
pub struct TemplatesPage {
    /// The frame.
    pub page: Page,
    /// The own ones first.
    pub templates: Vec<Template>,
}

/// One template, or a new one.
#[derive(Debug, askama::Template)]
#[template(path = "consultation/template.html")]
pub struct TemplatePage {
    /// The frame.
    pub page: Page,
    /// What is typed.
    pub form: FormState,
    /// Which; none for a new one.
    pub id: Option<TemplateId>,
}

impl TemplatePage {
    /// Where the form goes.
    pub fn target(&self) -> String {
        let new = || crate::web::paths::consultation::TEMPLATES.to_owned();
        self.id.map_or_else(new, crate::web::paths::consultation::template)
    }

    /// The parts.
    pub fn parts(&self) -> Vec<(&'static str, &'static str)> {
        Part::ALL.iter().map(|part| (part.as_str(), part.label_in(NoteKind::Consultation))).collect()
    }
}

impl Template {
    /// What it fills, in words.
    pub fn fills(&self) -> String {
        let words: Vec<&str> = self.parts.written().into_iter().map(|(part, _)| part.label()).collect();
        words.join(", ")
    }
}
