//! Seeing to what doctors were told at once.

use axum::extract::State;

use crate::app::App;
use crate::queue::model::{AttentionId, PointId};
use crate::queue::store::attention as store;
use crate::queue::verbs::attention;
use crate::queue::views::attention::{NeedsPart, page_of};
use crate::web::request::Id;
use crate::web::{Answer, Page, Submission, html, paths};

/// What nobody has seen to: the notice on every page of those who consult asks for it again and again.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let told = store::open(&app.db).await?;
    html(NeedsPart { page, needs: told.into() })
}

/// Somebody goes and looks: back to the board where they pressed it, else to the page of what it is about.
pub async fn see_to(
    State(app): State<App>,
    _: Page,
    Id(id): Id<AttentionId>,
    submission: Submission,
) -> Answer {
    let point: Option<PointId> = submission.form.value("point").parse().ok();
    let mut work = submission.begin(&app).await?;
    let about = attention::see_to(&mut work, id).await?;
    let to = point.map_or_else(|| page_of(about.kind, about.about_id), paths::queue::board);
    work.done(to, "You see to it").await
}
