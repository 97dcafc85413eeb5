//! Seeing to what doctors were told at once.

use axum::extract::State;

use crate::app::App;
use crate::queue::model::AttentionId;
use crate::queue::verbs::attention;
use crate::web::request::Id;
use crate::web::{Answer, Page, Submission, paths};

/// Somebody goes and looks; the page it is about comes next.
pub async fn see_to(
    State(app): State<App>,
    _: Page,
    Id(id): Id<AttentionId>,
    submission: Submission,
) -> Answer {
    let point = submission.form.value("point").parse().ok();
    let mut work = submission.begin(&app).await?;
    attention::see_to(&mut work, id).await?;
    let back = point
        .map_or(paths::HOME.to_owned(), |point: crate::queue::model::PointId| paths::queue::board(point));
    work.done(back, "You see to it").await
}
