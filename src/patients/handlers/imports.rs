//! Importing students: upload, match, check, review, import (AD2, rule I1).

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, FromRequest, Query, Request, State};
use axum::http::header;
use axum::response::IntoResponse;
use axum_extra::extract::Multipart;
use futures::StreamExt;
use serde::Deserialize;

use crate::access::model::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::patients::import::{self, ImportError};
use crate::patients::model::{ImportId, Mapping, Outcome, columns_of, lines_of};
use crate::patients::store::import_lines;
use crate::patients::store::imports::{self, ImportState};
use crate::patients::views::{ColumnsPage, ImportPage, ImportsPage};
use crate::spreadsheet::tamed;
use crate::web::page::doer;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Largest upload; the form around it takes a little more.
const LARGEST: usize = 10 * 1024 * 1024;
/// Lines on one page.
const PAGE: i64 = 50;

/// The latest imports, and the form for a new one.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    html(ImportsPage { page, form: FormState::new(), imports: imports::latest(&app.db).await? })
}

/// What an upload carries.
struct Upload {
    op: String,
    file_name: String,
    bytes: Vec<u8>,
}

/// Reads a body to its end, so that the answer reaches a browser that is still sending; keeps no more than it may hold.
async fn read_body(body: Body) -> Result<Vec<u8>, Error> {
    let (mut bytes, mut length) = (Vec::new(), 0);
    let mut parts = body.into_data_stream();
    while let Some(part) = parts.next().await {
        let part = part.map_err(|_| Error::Invalid("The form did not arrive whole.".into()))?;
        length += part.len();
        if length <= LARGEST + 64 * 1024 {
            bytes.extend_from_slice(&part);
        } else if length > 10 * LARGEST {
            break;
        }
    }
    if length > LARGEST + 64 * 1024 { Err(Error::TooLarge) } else { Ok(bytes) }
}

async fn read_upload(request: Request) -> Result<Upload, Error> {
    let (parts, body) = request.into_parts();
    let bytes = read_body(body).await?;
    let mut request = Request::from_parts(parts, Body::from(bytes));
    DefaultBodyLimit::disable().apply(&mut request);
    let unreadable = || Error::Invalid("The form did not arrive whole.".into());
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| unreadable())?;
    let mut upload = Upload { op: String::new(), file_name: String::new(), bytes: Vec::new() };
    while let Some(field) = form.next_field().await.map_err(|_| unreadable())? {
        match field.name() {
            Some("op") => upload.op = field.text().await.map_err(|_| unreadable())?,
            Some("file") => {
                let name: String =
                    field.file_name().unwrap_or_default().chars().filter(|c| !c.is_control()).collect();
                upload.file_name =
                    name.chars().rev().take(80).collect::<Vec<_>>().into_iter().rev().collect();
                upload.bytes = field.bytes().await.map_err(|_| unreadable())?.to_vec();
            }
            Some(_) | None => {}
        }
    }
    Ok(upload)
}

/// Takes a file in; nothing but the file itself is saved.
pub async fn create(State(app): State<App>, page: Page, request: Request) -> Answer {
    let (who, route) = (doer(&request), request.uri().path().to_owned());
    let actor = request.extensions().get::<Actor>().cloned();
    let upload = read_upload(request).await?;
    let mut form = FormState::from_pairs(vec![("op".to_owned(), upload.op)]);
    let read = match (upload.file_name.is_empty(), upload.bytes.len() > LARGEST) {
        (true, _) if upload.bytes.is_empty() => Err("Choose a file".to_owned()),
        (_, true) => Err("The file is larger than 10 MB. Split it into smaller files".to_owned()),
        (_, false) => import::read_file(&upload.bytes).map_err(|error| error.to_string()),
    };
    let (content, mapping) = match read {
        Ok(read) => read,
        Err(message) => {
            form.refuse("file", message);
            let imports = imports::latest(&app.db).await?;
            return Ok(refused(html(ImportsPage { page, form, imports })?));
        }
    };
    let submission = Submission::new(form, who, actor, route, &upload.bytes);
    let mut work = submission.begin(&app).await?;
    let id = import::upload(&mut work, &upload.file_name, &content, &mapping).await?;
    work.done(paths::patients::import(id), "").await
}

/// Which lines to show.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    outcome: String,
    step: String,
    after: i64,
}

/// The import where it stands.
pub async fn show(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ImportId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let import = imports::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let again = import.state == ImportState::Checked && asked.step == "columns";
    if import.state == ImportState::Uploaded || again {
        let mapping: Mapping = serde_json::from_str(&import.mapping).unwrap_or_default();
        return html(columns_page(&app, page, import, columns_form(&mapping)).await?);
    }
    let outcome: Option<Outcome> = asked.outcome.parse().ok();
    html(review(&app, page, FormState::new(), import, (outcome, asked.after)).await?)
}

async fn review(
    app: &App,
    page: Page,
    form: FormState,
    import: imports::Import,
    (outcome, after): (Option<Outcome>, i64),
) -> Result<ImportPage, Error> {
    let mut lines = import_lines::page(&app.db, import.id, outcome, after, PAGE + 1).await?;
    let more = lines.len() as i64 > PAGE;
    lines.truncate(PAGE as usize);
    let more = lines.last().filter(|_| more).map(|last| {
        let outcome = outcome.map(Outcome::as_str).unwrap_or_default();
        format!("{}?outcome={outcome}&after={}", paths::patients::import(import.id), last.line)
    });
    Ok(ImportPage { page, form, import, outcome, lines, more })
}

fn columns_form(mapping: &Mapping) -> FormState {
    let columns = mapping.columns.iter().enumerate();
    let form = columns.fold(FormState::new(), |form, (at, word)| form.with(&format!("column_{at}"), word));
    if mapping.create_missing { form.with("create_missing", "yes") } else { form }
}

async fn columns_page(
    app: &App,
    page: Page,
    import: imports::Import,
    form: FormState,
) -> Result<ColumnsPage, Error> {
    let content = imports::content(&app.db, import.id).await?;
    let headings = columns_of(&content).unwrap_or_default();
    let sample = lines_of(&content).into_iter().take(2).map(|(_, cells)| cells).collect();
    Ok(ColumnsPage { page, form, import, headings, sample })
}

/// The dry run.
pub async fn check(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ImportId>,
    submission: Submission,
) -> Answer {
    let import = imports::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let content = imports::content(&app.db, id).await?;
    let mut form = submission.form.clone();
    let headings = columns_of(&content).unwrap_or_default();
    let columns = (0..headings.len()).map(|at| form.value(format!("column_{at}")).to_owned()).collect();
    let mapping = Mapping { columns, create_missing: form.chosen("create_missing", "yes"), headings };
    if import.state == ImportState::Committed || import.state == ImportState::Dropped {
        return Err(done(ImportError::Done));
    }
    if let Some(fault) = mapping.fault() {
        form.refuse("column_0", fault);
        return Ok(refused(html(columns_page(&app, page, import, form).await?)?));
    }
    let lines = import::classify(&app, &content, &mapping, "tick \"Make what is not known\"").await?;
    let mut work = submission.begin(&app).await?;
    import::keep_check(&mut work, import, &mapping, &lines).await.map_err(done)?;
    work.done(paths::patients::import(id), "").await
}

/// Import errors as pages.
fn done(error: ImportError) -> Error {
    match error {
        ImportError::Db(error) => error.into(),
        ImportError::File(_)
        | ImportError::Columns(_)
        | ImportError::Stale
        | ImportError::Done
        | ImportError::NameTaken => Error::Conflict(format!("{error}.")),
    }
}

/// Does what the check said, in one transaction.
pub async fn commit(
    State(app): State<App>,
    page: Page,
    Id(id): Id<ImportId>,
    submission: Submission,
) -> Answer {
    let import = imports::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let seen = submission.form.value("version").parse::<i64>().unwrap_or_default();
    let mut work = submission.begin(&app).await?;
    match import::commit(&mut work, &imports::Import { version: seen, ..import.clone() }).await {
        Ok(()) => {
            let flash = format!("{} students imported", import.rows_new + import.rows_changed);
            work.done(paths::patients::import(id), &flash).await
        }
        Err(error @ (ImportError::Stale | ImportError::NameTaken)) => {
            work.undo();
            let mut form = FormState::new();
            form.refuse("", error.to_string());
            Ok(refused(html(review(&app, page, form, import, (None, 0)).await?)?))
        }
        Err(error) => Err(done(error)),
    }
}

/// Gives an import up.
pub async fn drop_it(State(app): State<App>, Id(id): Id<ImportId>, submission: Submission) -> Answer {
    let import = imports::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    if !imports::set_dropped(work.tx(), &import).await? {
        return Err(done(ImportError::Done));
    }
    work.audit(Entry::new("student_import.dropped", "student_import", id.0)).await?;
    work.done(paths::patients::IMPORTS, "The import is given up; nothing was changed").await
}

/// A line for review is somebody else: it becomes a new student.
pub async fn decide(State(app): State<App>, Id(id): Id<ImportId>, submission: Submission) -> Answer {
    let line = submission.form.value("line").parse().map_err(|_| Error::NotFound)?;
    let mut work = submission.begin(&app).await?;
    let import = imports::by_id(work.tx(), id).await?.ok_or(Error::NotFound)?;
    if import.state != ImportState::Checked || !import_lines::decide_new(work.tx(), id, line).await? {
        return Err(done(ImportError::Done));
    }
    work.audit(Entry::new("student_import.decided", "student_import", id.0).with("line", line)).await?;
    let to = format!("{}?outcome={}", paths::patients::import(id), Outcome::Review.as_str());
    work.done(to, "The line is imported as a new student").await
}

/// Headings of the columns that the download puts before those of the file.
const OWN: [&str; 2] = ["Line", "What to correct"];

/// The lines that are left out, as they were sent, with what is wrong with each: corrected there, the file can be uploaded
/// again. No spreadsheet program runs it.
pub async fn problems(State(app): State<App>, Id(id): Id<ImportId>) -> Answer {
    let import = imports::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mapping: Mapping = serde_json::from_str(&import.mapping).unwrap_or_default();
    // A file that was downloaded here before has these columns already.
    let sent = |at: usize| !mapping.headings.get(at).is_some_and(|heading| OWN.contains(&heading.as_str()));
    let row = |own: [String; 2], cells: &[String]| -> Vec<String> {
        let cells = cells.iter().enumerate().filter(|(at, _)| sent(*at)).map(|(_, cell)| cell.clone());
        own.into_iter().chain(cells).map(tamed).collect()
    };
    let mut left_out = Vec::new();
    for outcome in [Outcome::Error, Outcome::Review] {
        left_out.extend(import_lines::page(&app.db, id, Some(outcome), 0, i64::MAX).await?);
    }
    left_out.sort_by_key(|line| line.line);
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    writer.write_record(row(OWN.map(str::to_owned), &mapping.headings)).map_err(Error::internal)?;
    for line in left_out {
        let planned: import::Planned = serde_json::from_str(&line.payload).map_err(Error::internal)?;
        let own = [line.line.to_string(), line.message];
        writer.write_record(row(own, &planned.cells)).map_err(Error::internal)?;
    }
    let bytes = writer.into_inner().map_err(Error::internal)?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"problems.csv\""),
    ];
    Ok((headers, bytes).into_response())
}
