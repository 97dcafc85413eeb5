//! What the clinic allows in verifications.

use axum::extract::State;

use crate::app::App;
use crate::audit::{self, Entry};
use crate::letters::store::settings::{self, Setting};
use crate::letters::views::verification::RulesPage;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::submission::refused;
use crate::web::{Answer, FormState, Page, Submission, html, paths};

/// The form.
pub async fn form(State(app): State<App>, page: Page) -> Answer {
    let setting = settings::setting(&app.db).await?;
    let reasons = settings::reasons(&app.db).await?;
    let mut form = FormState::new().with("version", setting.version).with("rest_days", setting.rest_days);
    for reason in reasons.iter().filter(|reason| reason.is_routine) {
        form = form.with("routine", reason.id);
    }
    html(RulesPage { page, form, reasons, conflict: None })
}

/// Saves it.
pub async fn save(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = settings::setting(&app.db).await?;
    let reasons = settings::reasons(&app.db).await?;
    let mut form = submission.form.clone();
    let new =
        Setting { version: form.number("version", 1, i64::MAX), rest_days: form.number("rest_days", 0, 30) };
    if !form.is_ok() {
        return Ok(refused(html(RulesPage { page, form, reasons, conflict: None })?));
    }
    let chosen: Vec<i64> = form.values("routine").iter().filter_map(|id| id.parse().ok()).collect();
    let routine: Vec<i64> = reasons.iter().map(|reason| reason.id).filter(|id| chosen.contains(id)).collect();
    let mut work = submission.begin(&app).await?;
    if !settings::update(work.tx(), &new, &routine).await? {
        work.undo();
        let now = settings::setting(&app.db).await?;
        let who = audit::last_change(&app.db, "letter_setting", 1).await?;
        let stored = [("rest_days", "Days of rest", now.rest_days.to_string())];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        return Ok(conflicting(html(RulesPage { page, form, reasons, conflict: Some(conflict) })?));
    }
    let was: Vec<i64> = reasons.iter().filter(|reason| reason.is_routine).map(|reason| reason.id).collect();
    let entry = Entry::new("letters.rules_changed", "letter_setting", 1)
        .changed("days of rest", &old.rest_days, &new.rest_days)
        .changed("routine reasons", &format!("{was:?}"), &format!("{routine:?}"));
    work.audit(entry).await?;
    work.done(paths::letters::RULES, "Saved").await
}
