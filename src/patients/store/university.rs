//! Faculties, departments, levels, sessions.

use crate::db::{DbError, Store, Tx, sql};
use crate::words;

words! {
    /// What one row of the university is.
    pub enum PlaceKind {
        Faculty = "faculty" => "Faculty",
        Department = "department" => "Department",
        Level = "level" => "Level",
        Session = "session" => "Session",
    }
}

/// One faculty, department, level or session.
#[derive(Debug, Clone, PartialEq, Eq, serde::Deserialize)]
pub struct Place {
    /// What it is.
    pub what: PlaceKind,
    /// Its id in its own table.
    pub id: i64,
    /// A department's faculty, a level's position, 1 for the current session.
    pub parent: Option<i64>,
    /// What people call it.
    pub name: String,
    /// Whether it may be chosen.
    pub active: bool,
    /// For R8.
    pub version: i64,
}

/// The whole university, by kind and name; levels by their position. A campus has some hundred rows.
pub async fn places(store: impl Store) -> Result<Vec<Place>, DbError> {
    let mut places: Vec<Place> =
        sql("select 'faculty' as what, id, cast(null as bigint) as parent, name, active, version from faculty
         union all select 'department' as what, id, faculty_id as parent, name, active, version from department
         union all select 'level' as what, id, position as parent, name, active, version from study_level
         union all select 'session' as what, id, cast(case when is_current then 1 else 0 end as bigint) as parent, name,
            active, version from academic_session")
        .all_kept(store)
        .await?;
    places.sort_by(|one, other| {
        let position = |place: &Place| if place.what == PlaceKind::Level { place.parent } else { None };
        (one.what, position(one), &one.name).cmp(&(other.what, position(other), &other.name))
    });
    Ok(places)
}

/// Makes a place.
pub async fn insert(tx: &mut Tx, what: PlaceKind, parent: Option<i64>, name: &str) -> Result<i64, DbError> {
    match what {
        PlaceKind::Faculty => sql("insert into faculty (name) values ($1) returning id").bind(name),
        PlaceKind::Department => {
            sql("insert into department (name, faculty_id) values ($1, $2) returning id")
                .bind(name)
                .bind(parent)
        }
        PlaceKind::Level => sql("insert into study_level (name, position) values ($1, $2) returning id")
            .bind(name)
            .bind(parent.unwrap_or(0)),
        PlaceKind::Session => sql("insert into academic_session (name) values ($1) returning id").bind(name),
    }
    .scalar(tx)
    .await
}

/// Renames a place, or takes it out of use and back; false when somebody else was first.
pub async fn update(tx: &mut Tx, place: &Place, name: &str, active: bool) -> Result<bool, DbError> {
    let statement = match place.what {
        PlaceKind::Faculty => sql(
            "update faculty set name = $3, active = $4, version = version + 1 where id = $1 and version = $2",
        ),
        PlaceKind::Department => sql(
            "update department set name = $3, active = $4, version = version + 1 where id = $1 and version = $2",
        ),
        PlaceKind::Level => sql(
            "update study_level set name = $3, active = $4, version = version + 1 where id = $1 and version = $2",
        ),
        PlaceKind::Session => sql(
            "update academic_session set name = $3, active = $4, version = version + 1 where id = $1 and version = $2",
        ),
    };
    let touched = statement.bind(place.id).bind(place.version).bind(name).bind(active).run(tx).await?;
    Ok(touched == 1)
}

/// Makes one session the current one; there is never more than one.
pub async fn make_current(tx: &mut Tx, session: i64) -> Result<bool, DbError> {
    sql("update academic_session set is_current = $2, version = version + 1 where is_current and id <> $1")
        .bind(session)
        .bind(false)
        .run(&mut *tx)
        .await?;
    let touched =
        sql("update academic_session set is_current = $2, version = version + 1 where id = $1 and active")
            .bind(session)
            .bind(true)
            .run(tx)
            .await?;
    Ok(touched == 1)
}
