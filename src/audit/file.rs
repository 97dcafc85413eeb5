//! The trail as a file, page by page: however long it is, a node holds a thousand of its entries at a time.

use axum::body::Body;
use futures::stream::{self, StreamExt};

use super::store::{self, Listed, Narrow};
use crate::app::App;
use crate::spreadsheet::tamed;
use crate::web::Error;

/// Entries that are read at once.
const PAGE: i64 = 1_000;
const HEAD: [&str; 11] = [
    "entry",
    "at",
    "who",
    "role",
    "action",
    "subject",
    "subject_id",
    "patient",
    "address",
    "request",
    "detail",
];

/// Every entry that fits, newest first. Where the database fails the file breaks off, and the browser says so: a part of
/// the trail never looks like the whole.
pub(super) fn of(app: &App, narrow: Narrow) -> Body {
    let head = stream::once(async { lines([HEAD.map(str::to_owned)]) });
    let pages = stream::try_unfold((app.clone(), Some(narrow)), |(app, narrow)| async move {
        let Some(narrow) = narrow else { return Ok(None) };
        let entries = store::list(&app.db, &narrow, PAGE).await?;
        let last = entries.last().map(|last| last.entry.id);
        let next = last.filter(|_| i64::try_from(entries.len()) == Ok(PAGE));
        let next = next.map(|last| Narrow { before: Some(last), ..narrow });
        Ok::<_, Error>(Some((lines(entries.into_iter().map(row))?, (app, next))))
    });
    Body::from_stream(head.chain(pages))
}

fn row(Listed { entry, patient_number }: Listed) -> [String; 11] {
    [
        entry.id.to_string(),
        entry.at.to_rfc3339(),
        entry.name,
        entry.role,
        entry.action,
        entry.subject,
        entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
        patient_number.unwrap_or_default(),
        entry.address,
        entry.request_id,
        entry.detail,
    ]
}

fn lines(rows: impl IntoIterator<Item = [String; 11]>) -> Result<Vec<u8>, Error> {
    let mut file = csv::Writer::from_writer(Vec::new());
    for row in rows {
        file.write_record(row.map(tamed)).map_err(Error::internal)?;
    }
    file.into_inner().map_err(Error::internal)
}
