//! Writing a referral, reading a signed one, printing it.

use axum::extract::{Query, State};
use serde::Deserialize;

use crate::app::App;
use crate::letters::model::{Part, ReferralId, ReferralState, Urgency};
use crate::letters::store::referrals::{self, Referral, Text};
use crate::letters::store::told;
use crate::letters::store::visits::Facts;
use crate::letters::verbs::referral;
use crate::letters::views::referral::{ReferralPage, ReferralPrint, WritePage};
use crate::queue::model::VisitId;
use crate::record::{self, Door};
use crate::web::conflict::conflicting;
use crate::web::form::{LINE, TEXT};
use crate::web::request::Id;
use crate::web::submission::{refused, see_other};
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};
use crate::work::Refused;

/// What is ticked in a letter that nobody has begun.
const USUAL: [Part; 5] = [Part::Diagnoses, Part::Problems, Part::Medicines, Part::Allergies, Part::Vitals];

/// Which signed letter a new one corrects.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    replaces: Option<ReferralId>,
}

/// A signed letter of this visit that may be corrected.
async fn corrected(app: &App, visit: VisitId, id: Option<ReferralId>) -> Result<Option<Referral>, Error> {
    let Some(id) = id else { return Ok(None) };
    let old = referrals::by_id(&app.db, id).await?.filter(|old| old.visit_id == visit);
    let old = old.ok_or(Error::NotFound)?;
    if old.state != ReferralState::Signed {
        return Err(Error::Conflict("This version was replaced. Correct the newest one.".into()));
    }
    Ok(Some(old))
}

fn filled(from: Option<&Referral>) -> FormState {
    let mut form = FormState::new();
    let Some(letter) = from else {
        for part in USUAL {
            form = form.with("part", part.as_str());
        }
        return form.with("version", 0).with("urgency", Urgency::Routine.as_str());
    };
    form = form
        .with("version", if letter.state == ReferralState::Draft { letter.version } else { 0 })
        .with("to_whom", &letter.to_whom)
        .with("urgency", letter.urgency.as_str())
        .with("question", &letter.question)
        .with("summary", &letter.summary);
    for part in letter.included.split(',').filter(|part| !part.is_empty()) {
        form = form.with("part", part);
    }
    form
}

/// The draft, or the form of a new letter.
pub async fn write(
    State(app): State<App>,
    page: Page,
    Id(id): Id<VisitId>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (facts, door) = super::visit(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(facts.patient_id)));
    }
    let draft = referrals::draft(&app.db, id, page.actor()?.account).await?;
    let old = if draft.is_none() { corrected(&app, id, asked.replaces).await? } else { None };
    let mut form = filled(draft.as_ref().or(old.as_ref()));
    if let Some(old) = &old {
        form = form.with("replaces", old.id);
    }
    record::read(&app, &page, &door.banner, ("letters.opened", "visit", id.0)).await?;
    let banner = door.banner;
    html(WritePage { page, banner, form, facts, draft, closed: false })
}

/// Reads the letter; what is chosen of the record is copied as it is now.
async fn read(
    app: &App,
    facts: &Facts,
    door: &Door,
    form: &mut FormState,
    sign: bool,
) -> Result<Text, Error> {
    let to_whom = form.optional_text("to_whom", LINE);
    let question = form.optional_text("question", TEXT / 2);
    if sign && to_whom.chars().count() < 2 {
        form.refuse("to_whom", "Enter to whom the letter goes");
    }
    if sign && question.chars().count() < 5 {
        form.refuse("question", "Enter what you ask for");
    }
    let urgency = form.parse::<Urgency>("urgency", "Choose how soon").unwrap_or(Urgency::Routine);
    let parts: Vec<Part> =
        Part::ALL.iter().copied().filter(|part| form.chosen("part", part.as_str())).collect();
    let words: Vec<&str> = parts.iter().map(|part| part.as_str()).collect();
    let summary = form.optional_text("summary", TEXT);
    let copied = referral::copy(app, facts, door, &parts).await?;
    Ok(Text { to_whom, urgency, question, summary, included: words.join(","), copied })
}

/// Saves the draft, signs it, or throws it away.
pub async fn save(State(app): State<App>, page: Page, Id(id): Id<VisitId>, submission: Submission) -> Answer {
    let (facts, door) = super::visit(&app, &page, id).await?;
    let mut form = submission.form.clone();
    let step = form.value("step").to_owned();
    let draft = referrals::draft(&app.db, id, page.actor()?.account).await?;
    let old =
        if draft.is_none() { corrected(&app, id, form.value("replaces").parse().ok()).await? } else { None };
    let open = door.lets(&mut form);
    let text = read(&app, &facts, &door, &mut form, step == "sign").await?;
    if !open || !form.is_ok() {
        let (banner, closed) = (door.banner, !open);
        return Ok(refused(html(WritePage { page, banner, form, facts, draft, closed })?));
    }
    let version = form.value("version").parse().unwrap_or(0);
    let mut work = submission.begin(&app).await?;
    if step == "discard" {
        if let Some(draft) = &draft {
            referral::discard(&mut work, draft).await?;
        }
        return work.done(paths::letters::of_visit(id), "Draft discarded").await;
    }
    let saved = referral::save(&mut work, &facts, (draft.as_ref(), version), old.as_ref(), &text).await;
    let done = match saved {
        Ok(saved) if step == "sign" => {
            referral::sign(&mut work, &facts, saved, &text.included).await.map(|()| Some(saved))
        }
        Ok(_) => Ok(None),
        Err(why) => Err(why),
    };
    match done {
        Ok(Some(signed)) => work.done(paths::letters::referral(signed), "Letter signed").await,
        Ok(None) => work.done(paths::letters::write(id), "Draft saved").await,
        Err(Refused::Because(sentence)) => {
            work.undo();
            form.refuse("", sentence);
            form.renew();
            Ok(conflicting(html(WritePage { page, banner: door.banner, form, facts, draft, closed: false })?))
        }
        Err(why) => Err(why.into()),
    }
}

async fn signed(app: &App, page: &Page, id: ReferralId) -> Result<(Referral, Door), Error> {
    let referral = referrals::by_id(&app.db, id).await?.ok_or(Error::NotFound)?;
    let door = record::door_of(app, page, referral.patient_id, referral.visit_id).await?;
    Ok((referral, door))
}

/// A signed letter.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<ReferralId>) -> Answer {
    let (referral, door) = signed(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(referral.patient_id)));
    }
    let corrected = match referral.signed_at.filter(|_| referral::includes(&referral.included, Part::Results))
    {
        Some(signed) => told::corrected_since(&app.db, referral.visit_id, signed).await?,
        None => None,
    };
    record::read(&app, &page, &door.banner, ("referral.opened", "referral", id.0)).await?;
    html(ReferralPage { page, banner: door.banner, referral, corrected })
}

/// The same on paper.
pub async fn print(State(app): State<App>, page: Page, Id(id): Id<ReferralId>) -> Answer {
    let (referral, door) = signed(&app, &page, id).await?;
    if door.closed() {
        return Ok(see_other(&paths::patients::show(referral.patient_id)));
    }
    record::read(&app, &page, &door.banner, ("referral.opened", "referral", id.0)).await?;
    html(ReferralPrint { page, banner: door.banner, referral })
}
