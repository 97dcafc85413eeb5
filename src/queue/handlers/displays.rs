//! Pairing and revoking screens, for administrators (AD7).

use axum::extract::State;

use crate::app::App;
use crate::audit::Entry as Trail;
use crate::live::Topic;
use crate::queue::model::{DisplayId, PointId, PointKind};
use crate::queue::store::{displays as store, points};
use crate::queue::views::display::DisplaysPage;
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

async fn load(app: &App, page: Page, form: FormState) -> Result<DisplaysPage, Error> {
    let displays = store::paired(&app.db).await?;
    let mut points = points::active(&app.db, None).await?;
    points.retain(|point| point.kind != PointKind::Reception);
    Ok(DisplaysPage { page, form, displays, points })
}

/// The screens.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    html(load(&app, page, FormState::new()).await?)
}

/// Pairs the screen whose code was entered.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let code = form.text("code", "Enter the code that the screen shows", 20);
    let code: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase();
    let name = form.text("name", "Enter a name, for example Waiting room", 60);
    let known = points::active(&app.db, None).await?;
    let chosen: Vec<PointId> = form.values("points").iter().filter_map(|id| id.parse().ok()).collect();
    if chosen.iter().any(|id| known.iter().all(|point| point.id != *id)) {
        form.refuse("points", "Choose from the service points of the list");
    }
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, form).await?)?));
    }
    let who = page.actor()?.account;
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    let Some(id) = store::pair(work.tx(), &code, &name, Some(who), at).await? else {
        work.undo();
        form.refuse("code", "No screen shows this code now. Look at the screen and enter its present code");
        return Ok(refused(html(load(&app, page, form).await?)?));
    };
    for point in chosen {
        store::add_point(work.tx(), id, point).await?;
    }
    work.audit(Trail::new("display.paired", "display", id.0).with("name", name.as_str())).await?;
    work.tell(Topic::Display(id.0));
    work.done(paths::queue::DISPLAYS, &format!("{name} is connected")).await
}

/// Takes a screen's credential away; its stream ends at once.
pub async fn revoke(State(app): State<App>, Id(id): Id<DisplayId>, submission: Submission) -> Answer {
    let mut work = submission.begin(&app).await?;
    let at = work.now();
    if !store::revoke(work.tx(), id, at).await? {
        return Err(Error::NotFound);
    }
    work.audit(Trail::new("display.revoked", "display", id.0)).await?;
    work.tell(Topic::Display(id.0));
    work.done(paths::queue::DISPLAYS, "The screen is disconnected").await
}
