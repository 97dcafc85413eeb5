//! Price lists, tax, gates, rounding.

use axum::extract::{Query, State};
use chrono::{DateTime, NaiveDate};
use serde::Deserialize;

use super::{money, optional_money, percent};
use crate::app::App;
use crate::audit::{self, Entry};
use crate::billing::model::{ChargeKind, Money, Rounding, SchemeId, ServiceKey};
use crate::billing::store::prices::{self, NewPrice, Rule, Service};
use crate::billing::store::schemes;
use crate::billing::store::settings::{self, Settings};
use crate::billing::verbs;
use crate::billing::views::prices::{PricePage, PricesPage, RulesPage};
use crate::web::conflict::{Conflict, conflicting};
use crate::web::request::Id;
use crate::web::submission::refused;
use crate::web::{Answer, Error, FormState, Page, Submission, html, paths};

/// Which kind.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    kind: String,
}

/// The services of a kind.
pub async fn index(State(app): State<App>, page: Page, Query(asked): Query<Asked>) -> Answer {
    let kind = asked.kind.parse().unwrap_or(ChargeKind::Consultation);
    let services = prices::of_kind(&app.db, kind, page.today()).await?;
    html(PricesPage { page, kind, services })
}

/// A service, and what the price list says of its whole kind.
async fn priced(app: &App, page: &Page, key: ServiceKey) -> Result<(Service, Option<Money>), Error> {
    let all = prices::of_kind(&app.db, key.0, page.today()).await?;
    let of_kind = all.iter().find(|one| one.service == 0).and_then(|one| one.listed);
    let own = all.into_iter().find(|one| one.service == key.1).ok_or(Error::NotFound)?;
    Ok((own, of_kind))
}

async fn load(app: &App, page: Page, key: ServiceKey, typed: Option<FormState>) -> Result<PricePage, Error> {
    let (service, of_kind) = priced(app, &page, key).await?;
    let history = prices::history(&app.db, key.0, key.1).await?;
    let schemes = schemes::all(&app.db).await?;
    let mut form = typed.unwrap_or_default();
    if form.op().is_empty() {
        form.renew();
    }
    let own = service.coverage_group.clone().unwrap_or_else(|| key.0.as_str().to_owned());
    let defaults = [
        ("from_day", page.today().to_string()),
        ("payer", "0".to_owned()),
        ("tax", Money(service.tax_bp.unwrap_or_default()).typed()),
        ("pay_first", if service.is_gated() { "yes".to_owned() } else { String::new() }),
        ("group", own),
        ("version", service.version.unwrap_or_default().to_string()),
        ("shown", page.now.timestamp_micros().to_string()),
    ];
    // One page, two forms: what one of them did not send stands as it is.
    for (name, value) in defaults {
        if form.sent(name).is_none() {
            form.set(name, value);
        }
    }
    Ok(PricePage { page, form, key, service, of_kind, history, schemes })
}

/// One service.
pub async fn show(State(app): State<App>, page: Page, Id(key): Id<ServiceKey>) -> Answer {
    html(load(&app, page, key, None).await?)
}

/// Sets a price from a day on.
pub async fn set(
    State(app): State<App>,
    page: Page,
    Id(key): Id<ServiceKey>,
    submission: Submission,
) -> Answer {
    let (service, _) = priced(&app, &page, key).await?;
    let mut form = submission.form.clone();
    let amount = money(&mut form, "amount", "Enter the price in naira, for instance 1500; 0 for free");
    let follow_up = optional_money(&mut form, "follow_up").filter(|_| key.0 == ChargeKind::Consultation);
    let from_day: Option<NaiveDate> = form.parse("from_day", "Choose the day from which the price holds");
    let payer: i64 = form.parse("payer", "Choose for whom it holds").unwrap_or_default();
    if from_day.is_some_and(|day| day < page.today()) {
        form.refuse("from_day", "A price holds from today or later: what is past stays as it was");
    }
    // Without it, as it was never shown.
    let shown =
        form.value("shown").parse().ok().and_then(DateTime::from_timestamp_micros).unwrap_or_default();
    let schemes = schemes::all(&app.db).await?;
    if payer != 0 && !schemes.iter().any(|scheme| scheme.id.0 == payer) {
        form.refuse("payer", "Choose for whom it holds");
    }
    let Some(from_day) = from_day.filter(|_| form.is_ok()) else {
        return Ok(refused(html(load(&app, page, key, Some(form)).await?)?));
    };
    let mut work = submission.begin(&app).await?;
    let (by, name, at) = (verbs::doer(&work)?, work.doer().name.clone(), work.now());
    let scheme = (payer != 0).then_some(SchemeId(payer));
    let new = NewPrice {
        kind: key.0,
        service: key.1,
        scheme,
        amount,
        follow_up,
        from_day,
        by: Some(by),
        name: &name,
        at,
    };
    if !prices::set(work.tx(), &new, shown).await? {
        work.undo();
        form.refuse(
            "amount",
            "A colleague set a price from this day a moment ago. It stands below: set yours again to replace it",
        );
        form.renew();
        form.set("shown", page.now.timestamp_micros());
        return Ok(conflicting(html(load(&app, page, key, Some(form)).await?)?));
    }
    let entry = Entry::new("price.set", "price", key.1)
        .with("kind", key.0.as_str())
        .with("service", service.name.as_str())
        .with("amount", amount.0)
        .with("from", from_day.to_string())
        .with("scheme", payer);
    work.audit(entry).await?;
    work.done(paths::billing::price(key), &format!("{}: {amount} from {from_day}", service.name)).await
}

/// Tax, gate and group.
pub async fn rule(
    State(app): State<App>,
    page: Page,
    Id(key): Id<ServiceKey>,
    submission: Submission,
) -> Answer {
    let (old, _) = priced(&app, &page, key).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 0, i64::MAX);
    let tax_bp = percent(&mut form, "tax", 5_000, "Enter the tax in percent, from 0 to 50");
    let pay_first = key.0.can_be_paid_first() && form.chosen("pay_first", "yes");
    let group = form.text("group", "Enter one word, for instance consultation", 40).to_lowercase();
    if !pay_first {
        form.set("pay_first", "");
    }
    if !form.is_ok() {
        return Ok(refused(html(load(&app, page, key, Some(form)).await?)?));
    }
    let mut work = submission.begin(&app).await?;
    let new = Rule { kind: key.0, service: key.1, tax_bp, pay_first, coverage_group: group.clone() };
    if !prices::rule(work.tx(), &new, version).await? {
        work.undo();
        form.refuse("", "Somebody else saved this rule first. Compare, then save yours again");
        form.set("version", old.version.unwrap_or_default());
        form.renew();
        return Ok(conflicting(html(load(&app, page, key, Some(form)).await?)?));
    }
    let entry = Entry::new("price.rule_changed", "service_rule", key.1)
        .with("kind", key.0.as_str())
        .changed("tax", &old.tax_bp.unwrap_or_default(), &tax_bp)
        .changed("pay_first", &old.is_gated(), &pay_first)
        .with("group", group.as_str());
    work.audit(entry).await?;
    work.done(paths::billing::price(key), "Rule saved").await
}

fn filled(settings: &Settings) -> FormState {
    FormState::new()
        .with("version", settings.version)
        .with("rounding", settings.rounding.as_str())
        .with("cash_step", settings.cash_step)
        .with("refund_limit", settings.refund_limit.typed())
        .with("follow_up_days", settings.follow_up_days)
}

/// Rounding and limits.
pub async fn rules(State(app): State<App>, page: Page) -> Answer {
    let settings = settings::get(&app.db).await?;
    html(RulesPage { page, form: filled(&settings), conflict: None })
}

/// Saves them.
pub async fn save_rules(State(app): State<App>, page: Page, submission: Submission) -> Answer {
    let old = settings::get(&app.db).await?;
    let mut form = submission.form.clone();
    let version = form.number("version", 1, i64::MAX);
    let rounding: Option<Rounding> = form.parse("rounding", "Choose what becomes of half a kobo");
    let cash_step = form.number("cash_step", 1, 10_000);
    let refund_limit =
        money(&mut form, "refund_limit", "Enter the limit in naira; 0 so that every refund takes two");
    if refund_limit > Money(100_000_000) {
        form.refuse("refund_limit", "Enter a limit of at most 1,000,000 naira");
    }
    let follow_up_days = form.number("follow_up_days", 0, 366);
    let Some(rounding) = rounding.filter(|_| form.is_ok()) else {
        return Ok(refused(html(RulesPage { page, form, conflict: None })?));
    };
    let new = Settings { rounding, cash_step, refund_limit, follow_up_days, version };
    let mut work = submission.begin(&app).await?;
    if !settings::update(work.tx(), &new).await? {
        work.undo();
        let who = audit::last_change(&app.db, "money_setting", 1).await?;
        let stored = [("refund_limit", "Limit of refunds", old.refund_limit.typed())];
        let conflict = Conflict::of(&mut form, who, &stored, old.version);
        return Ok(conflicting(html(RulesPage { page, form, conflict: Some(conflict) })?));
    }
    let entry = Entry::new("money.rules_changed", "money_setting", 1)
        .changed("rounding", &old.rounding.as_str(), &rounding.as_str())
        .changed("cash_step", &old.cash_step, &cash_step)
        .changed("refund_limit", &old.refund_limit.0, &refund_limit.0)
        .changed("follow_up_days", &old.follow_up_days, &follow_up_days);
    work.audit(entry).await?;
    work.done(paths::billing::RULES, "Saved").await
}
