//! The pharmacy asks, the prescriber answers.

use axum::extract::State;

use super::super::model::MessageId;
use super::super::store::messages as store;
use super::super::verbs::{WORDS, messages};
use super::super::views::worklist::MessagesPage;
use super::offers::{find, load};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::prescribing::model::PrescriptionId;
use crate::web::conflict::{conflicting, sentence};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Letters of a question that says anything; the table knows the same number.
const FEWEST: usize = 5;

/// Asks the prescriber.
pub async fn ask(
    State(app): State<App>,
    page: Page,
    Id(id): Id<PrescriptionId>,
    submission: Submission,
) -> Answer {
    let (prescription, lines, banner) = find(&app, &page, id).await?;
    let Some(banner) = banner else { return Ok(see_other(&paths::patients::show(prescription.patient_id))) };
    let mut form = submission.form.clone();
    let words = form.reason("question", "Write what you want to know", (FEWEST, WORDS));
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, banner, (prescription, lines), form).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    messages::ask(&mut work, &prescription, &words).await?;
    work.done(paths::pharmacy::dispense(id), "The prescriber is asked").await
}

async fn waiting(app: &App, page: Page, form: FormState, at: Option<MessageId>) -> Answer {
    let messages = store::open(&app.db, page.actor()?.account).await?;
    let entry = Entry::new("pharmacy.messages_opened", "account", page.actor()?.account.0);
    audit::opened(app, &page, entry.with("clinical", true).with("messages", messages.len() as i64)).await?;
    html(MessagesPage { page, form, at, messages })
}

/// What waits for who asks.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    waiting(&app, page, FormState::new(), None).await
}

/// Answers, or notes that it was read.
pub async fn answer(
    State(app): State<App>,
    page: Page,
    Id(id): Id<MessageId>,
    submission: Submission,
) -> Answer {
    let message = store::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    if message.to_id != page.actor()?.account {
        return Err(Error::NotFound);
    }
    let mut form = submission.form.clone();
    let words = if message.is_query() {
        form.reason("answer", "Write your answer", (2, WORDS))
    } else {
        form.optional_text("answer", WORDS)
    };
    if !form.is_ok() {
        return waiting(&app, page, form, Some(id)).await.map(refused);
    }
    let mut work = submission.begin(&app).await?;
    match messages::answer(&mut work, &message, &words).await {
        Ok(()) => {
            let said = if message.is_query() { "Answered" } else { "Noted" };
            work.done(paths::pharmacy::MESSAGES, said).await
        }
        Err(why) => {
            work.undo();
            form.refuse("", sentence(why)?);
            form.renew();
            waiting(&app, page, form, Some(id)).await.map(conflicting)
        }
    }
}
