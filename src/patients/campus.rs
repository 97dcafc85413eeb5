//! The university as names: what a typed department or level means.

use super::model::{DepartmentId, Details, LevelId, Line, SessionId, fold};
use super::store::university::{self, Place, PlaceKind};
use crate::db::{DbError, Store, Tx};

/// Every faculty, department, level and session.
#[derive(Debug, Clone, Default)]
pub struct Campus {
    /// By kind and name.
    pub places: Vec<Place>,
}

/// A name of a file that the university does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    what: PlaceKind,
    name: String,
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} \"{}\" is not known here", self.what, self.name)
    }
}

/// `100`, `100L` and `100 level` are one level.
fn same_level(one: &str, other: &str) -> bool {
    let bare = |text: &str| {
        let text = fold(text);
        text.trim_end_matches("level").trim().trim_end_matches('l').trim().to_owned()
    };
    bare(one) == bare(other)
}

impl Campus {
    /// Reads it.
    pub async fn read(store: impl Store) -> Result<Self, DbError> {
        Ok(Campus { places: university::places(store).await? })
    }

    /// Those of one kind.
    pub fn of(&self, what: PlaceKind) -> impl Iterator<Item = &Place> {
        self.places.iter().filter(move |place| place.what == what)
    }

    /// The name of a place; for the trail.
    pub fn name_of(&self, what: &str, id: i64) -> String {
        let found = self.places.iter().find(|place| place.what.as_str() == what && place.id == id);
        found.map(|place| place.name.clone()).unwrap_or_default()
    }

    /// The name of the faculty of a department, or empty.
    pub fn faculty_of(&self, department: Option<i64>) -> &str {
        let department = self.of(PlaceKind::Department).find(|place| Some(place.id) == department);
        let faculty = department.and_then(|place| place.parent);
        self.of(PlaceKind::Faculty).find(|place| Some(place.id) == faculty).map_or("", |place| &place.name)
    }

    /// What a field of a form offers: those in use, and the one that is chosen already.
    pub fn options(&self, what: PlaceKind, chosen: Option<i64>) -> Vec<(i64, String)> {
        let in_use = |place: &Place| match (place.what, place.parent) {
            // A department goes with its faculty.
            (PlaceKind::Department, Some(faculty)) => {
                place.active && self.of(PlaceKind::Faculty).any(|one| one.id == faculty && one.active)
            }
            (PlaceKind::Faculty | PlaceKind::Department | PlaceKind::Level | PlaceKind::Session, _) => {
                place.active
            }
        };
        let offered = self.of(what).filter(|place| in_use(place) || Some(place.id) == chosen);
        let name = |place: &Place| match (place.what, place.parent) {
            (PlaceKind::Department, Some(faculty)) => {
                format!("{}: {}", self.name_of("faculty", faculty), place.name)
            }
            (PlaceKind::Faculty | PlaceKind::Department | PlaceKind::Level | PlaceKind::Session, _) => {
                place.name.clone()
            }
        };
        let mut options: Vec<(i64, String)> = offered.map(|place| (place.id, name(place))).collect();
        if what == PlaceKind::Department {
            options.sort_by(|one, other| one.1.cmp(&other.1));
        }
        options
    }

    fn find(&self, what: PlaceKind, name: &str) -> Option<&Place> {
        let same = |place: &&Place| match what {
            PlaceKind::Level => same_level(&place.name, name),
            PlaceKind::Faculty | PlaceKind::Department | PlaceKind::Session => {
                fold(&place.name) == fold(name)
            }
        };
        self.of(what).find(same)
    }

    fn department_of(&self, faculty: i64, name: &str) -> Option<&Place> {
        self.of(PlaceKind::Department)
            .find(|place| place.parent == Some(faculty) && fold(&place.name) == fold(name))
    }

    /// Puts the faculty, department, level and session of a line into details; says what is not known.
    ///
    /// # Errors
    /// A sentence, when a department cannot be told from another or from none.
    pub fn resolve(&self, line: &Line, details: &mut Details) -> Result<Vec<Unknown>, String> {
        let mut unknown = Vec::new();
        let mut missing = |what, name: &str| unknown.push(Unknown { what, name: name.to_owned() });
        let faculty = line.faculty.as_deref().map(|name| (name, self.find(PlaceKind::Faculty, name)));
        if let Some((name, None)) = faculty {
            missing(PlaceKind::Faculty, name);
        }
        if let Some(name) = line.department.as_deref() {
            let found = match faculty {
                Some((_, Some(faculty))) => self.department_of(faculty.id, name),
                Some((_, None)) => None,
                None => Some(self.only_department(name)?),
            };
            match found {
                Some(place) => details.department_id = Some(DepartmentId(place.id)),
                None => missing(PlaceKind::Department, name),
            }
        }
        if let Some(name) = line.level.as_deref() {
            match self.find(PlaceKind::Level, name) {
                Some(place) => details.level_id = Some(LevelId(place.id)),
                None => missing(PlaceKind::Level, name),
            }
        }
        if let Some(name) = line.session.as_deref() {
            match self.find(PlaceKind::Session, name) {
                Some(place) => details.session_id = Some(SessionId(place.id)),
                None => missing(PlaceKind::Session, name),
            }
        }
        Ok(unknown)
    }

    fn only_department(&self, name: &str) -> Result<&Place, String> {
        let mut found = self.of(PlaceKind::Department).filter(|place| fold(&place.name) == fold(name));
        match (found.next(), found.next()) {
            (Some(place), None) => Ok(place),
            (Some(_), Some(_)) => {
                Err(format!("Department \"{name}\" is in two faculties. Add a column with the faculty"))
            }
            (None, _) => Err(format!(
                "Department \"{name}\" is not known here. Add a column with the faculty to make it"
            )),
        }
    }

    /// Makes what a line names and the university does not know.
    pub async fn make(&mut self, tx: &mut Tx, line: &Line) -> Result<(), DbError> {
        let faculty = match line.faculty.as_deref() {
            Some(name) => Some(self.ensure(tx, PlaceKind::Faculty, None, name).await?),
            None => None,
        };
        if let (Some(name), Some(faculty)) = (line.department.as_deref(), faculty)
            && self.department_of(faculty, name).is_none()
        {
            self.add(tx, PlaceKind::Department, Some(faculty), name).await?;
        }
        if let Some(name) = line.level.as_deref() {
            let digits: String = name.chars().filter(char::is_ascii_digit).collect();
            self.ensure(tx, PlaceKind::Level, digits.parse().ok(), name).await?;
        }
        if let Some(name) = line.session.as_deref() {
            self.ensure(tx, PlaceKind::Session, None, name).await?;
        }
        Ok(())
    }

    async fn ensure(
        &mut self,
        tx: &mut Tx,
        what: PlaceKind,
        parent: Option<i64>,
        name: &str,
    ) -> Result<i64, DbError> {
        match self.find(what, name) {
            Some(place) => Ok(place.id),
            None => self.add(tx, what, parent, name).await,
        }
    }

    async fn add(
        &mut self,
        tx: &mut Tx,
        what: PlaceKind,
        parent: Option<i64>,
        name: &str,
    ) -> Result<i64, DbError> {
        let id = university::insert(tx, what, parent, name).await?;
        self.places.push(Place { what, id, parent, name: name.to_owned(), active: true, version: 1 });
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_one_with_and_without_their_word() {
        for name in ["100", "100L", "100 Level", "100 l"] {
            assert!(same_level(name, "100 level"), "{name}");
        }
        assert!(!same_level("200", "100 level"));
        assert!(!same_level("Postgraduate", "100"));
    }
}
