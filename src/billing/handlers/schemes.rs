//! Schemes, what they pay, who belongs to them.

use axum::extract::{Query, State};
use serde::Deserialize;

use super::{optional_money, percent, reason};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::billing::model::{CoverageId, EnrolmentId, Money, SchemeId};
use crate::billing::store::schemes::{self, Coverage, Scheme};
use crate::billing::views::schemes::{MembersPage, SchemePage, SchemesPage};
use crate::patients::PatientId;
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Members of one page.
const PAGE: i64 = 50;

/// Every scheme.
pub async fn index(State(app): State<App>, page: Page) -> Answer {
    let schemes = schemes::all(&app.db).await?;
    html(SchemesPage { page, form: FormState::new(), schemes })
}

/// Adds one.
pub async fn create(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let mut form = submission.form.clone();
    let name = form.text("name", "Enter the name of the scheme", 80);
    let payer = form.optional_text("payer", 80);
    if form.is_ok() {
        let mut work = submission.begin(&app).await?;
        match schemes::insert(work.tx(), &name, &payer).await {
            Ok(id) => {
                work.audit(Entry::new("scheme.added", "scheme", id.0).with("name", name.as_str())).await?;
                return work.done(paths::billing::scheme(id), &format!("{name} added")).await;
            }
            Err(error) if error.violates("scheme_name_unique") => {
                work.undo();
                form.refuse("name", "There is a scheme of this name already");
            }
            Err(error) => return Err(error.into()),
        }
    }
    let schemes = schemes::all(&app.db).await?;
    Ok(refused(html(SchemesPage { page, form, schemes })?))
}

async fn find(app: &App, id: SchemeId) -> Result<Scheme, Error> {
    schemes::by_id(&app.db, id).await?.ok_or(Error::NotFound)
}

async fn load(app: &App, page: Page, id: SchemeId, typed: Option<FormState>) -> Result<SchemePage, Error> {
    let scheme = find(app, id).await?;
    let rules = schemes::coverage(&app.db, id, None).await?;
    let mut form = typed.unwrap_or_default();
    if form.op().is_empty() {
        form.renew();
    }
    if form.sent("name").is_none() {
        form = form
            .with("name", &scheme.name)
            .with("payer", &scheme.payer)
            .with("active", if scheme.active { "yes" } else { "" })
            .with("version", scheme.version);
    }
    Ok(SchemePage { page, form, scheme, rules, conflict: None })
}

/// One scheme.
pub async fn show(State(app): State<App>, page: Page, Id(id): Id<SchemeId>) -> Answer {
    html(load(&app, page, id, None).await?)
}

/// Changes it.
pub async fn save(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SchemeId>,
    submission: Submission,
) -> Answer {
    let old = find(&app, id).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let name = form.text("name", "Enter the name of the scheme", 80);
    let payer = form.optional_text("payer", 80);
    let active = form.chosen("active", "yes");
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, id, Some(form)).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let new = Scheme { name: name.clone(), payer, active, version, ..old.clone() };
    let saved = match schemes::update(work.tx(), &new).await {
        Err(error) if error.violates("scheme_name_unique") => {
            work.undo();
            form.refuse("name", "There is a scheme of this name already");
            return Ok(refused(html(load(&app, page, id, Some(form)).await?)?));
        }
        other => other?,
    };
    if !saved {
        work.undo();
        let who = audit::last_change(&app.db, "scheme", id.0).await?;
        let now = find(&app, id).await?;
        let stored = [("name", "Name", now.name.clone()), ("payer", "Who pays", now.payer.clone())];
        let conflict = Conflict::of(&mut form, who, &stored, now.version);
        let shown = load(&app, page, id, Some(form)).await?;
        return Ok(conflicting(html(SchemePage { conflict: Some(conflict), ..shown })?));
    }
    let entry = Entry::new("scheme.changed", "scheme", id.0).changed("name", &old.name, &name).changed(
        "active",
        &old.active,
        &active,
    );
    work.audit(entry).await?;
    work.done(paths::billing::SCHEMES, &format!("{name} saved")).await
}

/// The version at which the page showed the rule of a group; 0 where it showed none.
fn version_shown(form: &FormState, rules: &[Coverage], group: &str) -> i64 {
    let rule = rules.iter().find(|one| one.coverage_group == group);
    rule.and_then(|one| form.value(one.field()).trim().parse().ok()).unwrap_or_default()
}

/// The page with the rule of a group that somebody else has set meanwhile.
async fn overtaken(app: &App, page: Page, id: SchemeId, (mut form, group): (FormState, &str)) -> Answer {
    let rules = schemes::coverage(&app.db, id, None).await?;
    let now = rules.iter().find(|one| one.coverage_group == group).ok_or(Error::NotFound)?;
    let naira = |most: Option<Money>| most.map_or_else(String::new, |most| most.typed());
    let referral = if now.referral { "yes" } else { "" };
    let stored = [
        ("percent", "Percent", now.percent_words().trim_end_matches('%').to_owned()),
        ("max_unit", "At most for one, naira", naira(now.max_unit)),
        ("year_limit", "At most a session, naira", naira(now.year_limit)),
        ("referral", "Only with a referral code", referral.to_owned()),
    ];
    let who = audit::last_change(&app.db, "scheme", id.0).await?;
    // The rules carry versions of their own; this one is the scheme's.
    let conflict = Conflict::of(&mut form, who, &stored, find(app, id).await?.version);
    let shown = load(app, page, id, Some(form)).await?;
    Ok(conflicting(html(SchemePage { conflict: Some(conflict), ..shown })?))
}

/// Sets what it pays of a group.
pub async fn cover(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SchemeId>,
    submission: Submission,
) -> Answer {
    let scheme = find(&app, id).await?;
    let mut form = submission.form.clone();
    let group = form.text("group", "Enter the group of services, for instance medicine", 40).to_lowercase();
    let percent_bp = percent(&mut form, "percent", 10_000, "Enter a percentage from 0 to 100");
    let max_unit = optional_money(&mut form, "max_unit");
    let year_limit = optional_money(&mut form, "year_limit");
    let referral = form.chosen("referral", "yes");
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, id, Some(form)).await?)?));
    }
    let version = version_shown(&form, &schemes::coverage(&app.db, id, None).await?, &group);
    let mut work = submission.begin(&app).await?;
    let rule = Coverage {
        id: CoverageId(0),
        coverage_group: group.clone(),
        percent_bp,
        year_limit,
        max_unit,
        referral,
        version,
        used: Money::ZERO,
    };
    if !schemes::cover(work.tx(), id, &rule).await? {
        work.undo();
        return overtaken(&app, page, id, (form, group.as_str())).await;
    }
    let entry = Entry::new("scheme.coverage_set", "scheme", id.0)
        .with("group", group.as_str())
        .with("percent_bp", percent_bp)
        .with("year_limit", year_limit.map_or(-1, |limit| limit.0));
    work.audit(entry).await?;
    work.done(paths::billing::scheme(id), &format!("{}: {group} set", scheme.name)).await
}

/// What was searched, and where a list goes on.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    before: Option<i64>,
}

async fn load_members(
    app: &App,
    page: Page,
    id: SchemeId,
    (asked, form): (&Asked, FormState),
) -> Result<MembersPage, Error> {
    let scheme = find(app, id).await?;
    let mut members = schemes::members(&app.db, id, asked.before.unwrap_or(i64::MAX), PAGE + 1).await?;
    let more = members.len() > PAGE as usize;
    members.truncate(PAGE as usize);
    let last = members.last().filter(|_| more);
    let older = last.map(|last| format!("{}?before={}", paths::billing::members(id), last.id));
    let typed: String = asked.q.chars().take(120).collect();
    let found = if typed.trim().is_empty() {
        Vec::new()
    } else {
        crate::patients::search_brief(&app.db, &typed, 8).await?
    };
    Ok(MembersPage { page, form: form.with("q", typed), scheme, members, found, older })
}

/// Who belongs to it.
pub async fn members(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SchemeId>,
    Query(asked): Query<Asked>,
) -> Answer {
    html(load_members(&app, page, id, (&asked, FormState::new())).await?)
}

/// Enrols somebody for the present session.
pub async fn enrol(
    State(app): State<App>,
    page: Page,
    Id(id): Id<SchemeId>,
    submission: Submission,
) -> Answer {
    let scheme = find(&app, id).await?;
    let mut form = submission.form.clone();
    let patient: Option<PatientId> = form.parse("patient", "Search for the patient first");
    let number = form.optional_text("number", 40);
    let who = match patient {
        Some(patient) => crate::patients::brief(&app.db, patient).await?,
        None => None,
    };
    if let Some(who) = &who {
        crate::patients::not_own(&app, page.actor()?.account, who.id).await?;
    }
    let Some(who) = who.filter(|_| form.is_ok()) else {
        form.refuse("patient", "Search for the patient first");
        return Ok(refused(html(load_members(&app, page, id, (&Asked::default(), form)).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    let sentence = match schemes::enrol(work.tx(), id, (who.id, &number), &doer, at).await {
        Ok(Some(enrolment)) => {
            let entry = Entry::new("scheme.enrolled", "scheme_enrolment", enrolment.0).of_patient(who.id.0);
            work.audit(entry.with("scheme", scheme.name.as_str())).await?;
            return work.done(paths::billing::members(id), &format!("{} enrolled", who.name())).await;
        }
        Ok(None) => "There is no present academic session. Choose one on the page of the university first.",
        Err(error) if error.violates("scheme_enrolment_patient_id_session_id_unique") => {
            "This patient belongs to a scheme in this session already. End that enrolment first."
        }
        Err(error) => return Err(error.into()),
    };
    work.undo();
    form.refuse("", sentence);
    form.renew();
    Ok(conflicting(html(load_members(&app, page, id, (&Asked::default(), form)).await?)?))
}

/// Enrols every student of the session who belongs to no scheme yet.
pub async fn enrol_students(State(app): State<App>, Id(id): Id<SchemeId>, submission: Submission) -> Answer {
    find(&app, id).await?;
    let mut work = submission.begin(&app).await?;
    let (doer, at) = (work.doer().clone(), work.now());
    let enrolled = schemes::enrol_students(work.tx(), id, &doer, at).await?;
    work.audit(Entry::new("scheme.students_enrolled", "scheme", id.0).with("students", enrolled as i64))
        .await?;
    let words = match enrolled {
        0 => "Every student belongs to a scheme already".to_owned(),
        1 => "1 student enrolled".to_owned(),
        many => format!("{many} students enrolled"),
    };
    work.done(paths::billing::members(id), &words).await
}

/// Ends an enrolment.
pub async fn end(
    State(app): State<App>,
    page: Page,
    Id(id): Id<EnrolmentId>,
    submission: Submission,
) -> Answer {
    let enrolment = schemes::enrolment(&app.db, id).await?.ok_or(Error::NotFound)?;
    let mut form = submission.form.clone();
    let why = reason(&mut form, "reason");
    if !form.is_ok() {
        let asked = Asked::default();
        return Ok(refused(html(load_members(&app, page, enrolment.scheme_id, (&asked, form)).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let (name, at) = (work.doer().name.clone(), work.now());
    if schemes::end(work.tx(), id, (&name, &why), at).await? {
        let entry = Entry::new("scheme.enrolment_ended", "scheme_enrolment", id.0);
        work.audit(entry.of_patient(enrolment.patient_id.0)).await?;
    }
    work.done(paths::billing::members(enrolment.scheme_id), &format!("{}: ended", enrolment.patient)).await
}
