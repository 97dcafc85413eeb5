//! Students, the university, imports.

use askama::Template;

use crate::patients::campus::Campus;
use crate::patients::model::{Column, Outcome};
use crate::patients::store::Student;
use crate::patients::store::imports::{Checked, Import};
use crate::patients::store::university::{Place, PlaceKind};
use crate::web::form::new_op;
use crate::web::{FormState, Page, filters};

/// Students with filters.
#[derive(Debug, Template)]
#[template(path = "patients/students.html")]
pub struct StudentsPage {
    /// The frame.
    pub page: Page,
    /// The filter.
    pub form: FormState,
    /// For choosing faculties and the like.
    pub campus: Campus,
    /// One page of students.
    pub found: Vec<Student>,
    /// The address of the next page.
    pub more: Option<String>,
}

impl StudentsPage {
    /// What the filter of this name offers.
    pub fn options(&self, name: &str) -> Vec<(i64, String)> {
        let places = self.campus.places.iter().filter(|place| place.what.as_str() == name);
        places.map(|place| (place.id, self.long_name(place))).collect()
    }

    fn long_name(&self, place: &Place) -> String {
        let faculty = place.parent.filter(|_| place.what == PlaceKind::Department);
        faculty.map_or_else(
            || place.name.clone(),
            |faculty| format!("{}: {}", self.campus.name_of("faculty", faculty), place.name),
        )
    }
}

/// Faculties, departments, levels, sessions.
#[derive(Debug, Template)]
#[template(path = "patients/university.html")]
pub struct UniversityPage {
    /// The frame.
    pub page: Page,
    /// What was typed into the form that was refused, or nothing.
    pub form: FormState,
    /// All of it.
    pub campus: Campus,
}

impl UniversityPage {
    /// The kinds in their order.
    pub fn kinds(&self) -> &'static [PlaceKind] {
        PlaceKind::ALL
    }

    /// The rows of one kind.
    pub fn rows(&self, what: &PlaceKind) -> Vec<&Place> {
        self.campus.of(*what).collect()
    }

    /// Faculties a department can belong to.
    pub fn faculties(&self) -> Vec<(i64, String)> {
        self.campus.options(PlaceKind::Faculty, None)
    }

    /// A fresh operation id: this page holds many small forms.
    pub fn op(&self) -> String {
        new_op()
    }

    /// The heading of a kind.
    pub fn heading(&self, what: &PlaceKind) -> &'static str {
        match what {
            PlaceKind::Faculty => "Faculties",
            PlaceKind::Department => "Departments",
            PlaceKind::Level => "Levels",
            PlaceKind::Session => "Sessions",
        }
    }

    /// Whether a row is the current session.
    pub fn is_current(&self, place: &Place) -> bool {
        place.what == PlaceKind::Session && place.parent == Some(1)
    }

    /// The faculty of a department.
    pub fn faculty_of(&self, place: &Place) -> String {
        let department = (place.what == PlaceKind::Department).then_some(place.id);
        self.campus.faculty_of(department).to_owned()
    }
}

/// Imports, and choosing a file.
#[derive(Debug, Template)]
#[template(path = "patients/imports.html")]
pub struct ImportsPage {
    /// The frame.
    pub page: Page,
    /// The form.
    pub form: FormState,
    /// The latest ones.
    pub imports: Vec<Import>,
}

/// Matching columns.
#[derive(Debug, Template)]
#[template(path = "patients/columns.html")]
pub struct ColumnsPage {
    /// The frame.
    pub page: Page,
    /// The choice so far; fields are `column_0`, `column_1`, ….
    pub form: FormState,
    /// The import.
    pub import: Import,
    /// The headings of the file.
    pub headings: Vec<String>,
    /// The first lines of the file.
    pub sample: Vec<Vec<String>>,
}

impl ColumnsPage {
    /// What a column can hold.
    pub fn columns(&self) -> Vec<(&'static str, &'static str)> {
        Column::choices()
    }

    /// The first cells of a column.
    pub fn example(&self, at: &usize) -> String {
        let cells: Vec<&str> =
            self.sample.iter().filter_map(|line| line.get(*at)).map(String::as_str).collect();
        cells.join(", ")
    }
}

/// What a check found, and the decision.
#[derive(Debug, Template)]
#[template(path = "patients/import.html")]
pub struct ImportPage {
    /// The frame.
    pub page: Page,
    /// For the forms.
    pub form: FormState,
    /// The import.
    pub import: Import,
    /// The lines shown are of this outcome.
    pub outcome: Option<Outcome>,
    /// One page of lines.
    pub lines: Vec<Checked>,
    /// The address of the next page.
    pub more: Option<String>,
}

impl ImportPage {
    /// Every outcome.
    pub fn outcomes(&self) -> &'static [Outcome] {
        Outcome::ALL
    }

    /// How many students the commit touches.
    pub fn to_import(&self) -> i64 {
        self.import.rows_new + self.import.rows_changed
    }

    /// A fresh operation id.
    pub fn op(&self) -> String {
        new_op()
    }

    /// When it was imported, or nothing.
    pub fn committed(&self) -> String {
        self.import.committed_at.map(|at| self.page.clinic.stamp(at)).unwrap_or_default()
    }

    /// The colour of an outcome.
    pub fn tone(&self, outcome: &Outcome) -> &'static str {
        match outcome {
            Outcome::New => "ok",
            Outcome::Changed => "info",
            Outcome::Same => "plain",
            Outcome::Review => "wait",
            Outcome::Error => "danger",
        }
    }
}
