//! Signing: the draft of a visit becomes a prescription. Everything is checked again in this transaction, so that what a
//! colleague recorded meanwhile counts (rule P2).

use chrono::{Days, NaiveDate, TimeDelta};

use super::assess::{self, Assessed, assess, shown, to_compare};
use super::draft::is_edited;
use super::{REASON, Refused, WORDS, ahead, prescriber};
use crate::access::model::AccountId;
use crate::audit::Entry;
use crate::live::Topic;
use crate::patients::model::card_code;
use crate::prescribing::model::LineState;
use crate::prescribing::store::catalogue::{self, Setting};
use crate::prescribing::store::context::Context;
use crate::prescribing::store::drafts::{self, Final, Signing};
use crate::prescribing::store::lines::{self, Line};
use crate::queue::Visit;
use crate::record;
use crate::web::FormState;
use crate::work::Work;

/// So many days back everything that was signed is looked at; what is still in its course is, however old.
pub const LOOK_BACK_DAYS: i64 = 90;

/// Lines and context of a patient, read in this work.
pub async fn known(
    work: &mut Work,
    visit: &Visit,
    author: AccountId,
) -> Result<(Vec<Line>, Context), Refused> {
    let (now, today) = (work.now(), work.today());
    let since = now - TimeDelta::days(LOOK_BACK_DAYS);
    let lines = lines::around(work.tx(), visit.patient_id, visit.id, author, (since, today)).await?;
    let context = assess::context(work, visit.patient_id, author).await?;
    Ok((lines, context))
}

/// Signs the author's draft under a note. Returns how many lines were signed; what is missing stands in the form, and then
/// nothing may be kept.
pub async fn sign(
    work: &mut Work,
    visit: &Visit,
    note: Option<i64>,
    form: &mut FormState,
) -> Result<usize, Refused> {
    let Some(author) = work.doer().account_id.map(AccountId) else { return Ok(0) };
    if !form.value("rx_medicine").trim().is_empty() {
        form.refuse("rx_medicine", "This medicine is typed but not added. Press Add, or empty the field");
    }
    let Some(draft) = drafts::hold(work.tx(), visit.id, author).await? else { return Ok(0) };
    prescriber(work)?;
    // Of two who sign for one patient at once, or record an allergy meanwhile, the second sees what the first
    // wrote.
    record::hold_patient(work.tx(), visit.patient_id).await?;
    let (lines, context) = known(work, visit, author).await?;
    let assessed = assess(&lines, &context, &work.app.clinic(), work.today());
    if assessed.is_empty() {
        drafts::discard(work.tx(), visit.id, author).await?;
        return Ok(0);
    }
    let is_shown = form.sent("rx_shown").is_some();
    if visit.closed_at.is_some() && !is_shown {
        // The page of a visit that is over has no prescription on it: what nobody sees stays a draft.
        return Ok(0);
    }
    if form.value("rx_shown") != shown(&assessed) {
        let words = "The prescription was changed in another window. Look at it as it stands now, then sign";
        form.refuse("rx_medicine", words);
        return Ok(0);
    }
    let reasons: Vec<String> = assessed.iter().map(|one| reason(one, form)).collect();
    let compare = to_compare(&assessed, &context);
    if !compare.is_empty() && form.value("rx_compared") != compare {
        form.refuse(
            "rx_compared",
            "Compare the medicines with what is written about allergies, then tick this",
        );
    }
    if !form.is_ok() {
        return Ok(0);
    }
    let setting = catalogue::setting(work.tx()).await?;
    let at = work.now();
    for (one, reason) in assessed.iter().zip(&reasons) {
        let signing = signing(one, reason, &setting, work.today());
        let who = work.doer().clone();
        if !drafts::sign_line(work.tx(), &signing, (&who, at)).await? {
            return Err(Refused::Because(
                "This prescription was changed in another window a moment ago. Look at it again.".into(),
            ));
        }
        ahead::keep(work, one.line.id, 0).await?;
    }
    // The prescription as a whole holds as long as its longest line.
    let longest = assessed.iter().map(|one| line_valid_until(&one.line, &setting, work.today())).max();
    let until = longest.unwrap_or_else(|| work.today());
    let code = format!("RX{}", card_code(rand::random()));
    let made = Final {
        id: draft,
        note,
        code: &code,
        valid_until: until,
        allergies: &context.allergy_words(),
        compared: &compare,
    };
    if !drafts::finish(work.tx(), &made, at).await? {
        return Err(Refused::Because("This prescription was signed in another window a moment ago.".into()));
    }
    let medicines = assessed.iter().filter_map(|one| one.line.medicine_id).collect();
    drafts::count_use(work.tx(), author, medicines).await?;
    let stops = assessed.iter().filter(|one| !one.stops().is_empty()).count();
    let entry = Entry::new("prescription.signed", "prescription", draft.0)
        .of_patient(visit.patient_id.0)
        .with("medicines", assessed.len() as i64)
        .with("overridden", stops as i64);
    work.audit(entry).await?;
    work.tell(Topic::Visit(visit.id.0));
    work.tell(Topic::Pharmacy);
    Ok(assessed.len())
}

fn valid_until(today: NaiveDate, days: i64) -> NaiveDate {
    let days = Days::new(u64::try_from(days).unwrap_or(0));
    today.checked_add_days(days).unwrap_or(today)
}

/// How long a line holds (rule P3): the medicine's own number, the clinic's for controlled ones, or the usual.
pub fn line_valid_until(line: &Line, setting: &Setting, today: NaiveDate) -> NaiveDate {
    let usual = if line.controlled { setting.controlled_days } else { setting.valid_days };
    valid_until(today, line.own_valid_days.unwrap_or(usual))
}

/// What signing makes of a line.
pub fn signing<'a>(one: &'a Assessed, reason: &'a str, setting: &Setting, today: NaiveDate) -> Signing<'a> {
    let course = one.line.written().course_days() - 1;
    Signing {
        line: &one.line,
        reason,
        valid_until: line_valid_until(&one.line, setting, today),
        course_until: valid_until(today, course),
        warnings: &one.warnings,
        replaces: None,
    }
}

/// The reason for a line that is warned of; without a stop there is none. What is missing is refused at the field.
fn reason(one: &Assessed, form: &mut FormState) -> String {
    let id = one.line.id;
    if !one.line.offered || one.line.state != LineState::Draft {
        let words = format!("{} was changed in the catalogue. Remove it and add it again", one.line.label());
        form.refuse("rx_medicine", words);
    }
    if is_edited(form, &one.line) {
        let words =
            format!("{}: this change is typed but not saved. Press Save the change", one.line.label());
        form.refuse(&format!("rx_times_{id}"), words);
    }
    if one.stops().is_empty() {
        return String::new();
    }
    let field = format!("rx_reason_{id}");
    let sent = form.sent(&field).is_some();
    let reason = if sent { form.optional_text(&field, WORDS) } else { one.line.reason.clone() };
    let label = one.line.label();
    if !one.is_covered(form.value(format!("rx_seen_{id}"))) {
        form.refuse(
            &field,
            format!("{label}: there is a new warning. Read it, then give the reason for all of them"),
        );
    } else if reason.chars().count() < REASON {
        form.refuse(&field, format!("{label}: give the reason why you prescribe it all the same"));
    }
    reason
}

/// Throws the author's draft away.
pub async fn discard(work: &mut Work, visit: &Visit) -> Result<(), Refused> {
    let Some(author) = work.doer().account_id.map(AccountId) else { return Ok(()) };
    drafts::discard(work.tx(), visit.id, author).await?;
    Ok(())
}
