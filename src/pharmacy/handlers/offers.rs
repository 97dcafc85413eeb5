//! Puts the page of a prescription together: what remains, what lies on the shelf, what could be given instead.

use futures::try_join;

use super::super::model::Ratio;
use super::super::store::shelf::{self, OnShelf};
use super::super::store::{dispensings, messages};
use super::super::views::dispense::{DispensePage, Offer, Other};
use super::WITNESSES;
use crate::access::second;
use crate::app::App;
use crate::billing;
use crate::billing::model::ChargeKind;
use crate::prescribing::model::PrescriptionId;
use crate::prescribing::{self, Line, now};
use crate::record::Banner;
use crate::stock::model::{Candidate, Rule, StoreId, Wanted, pick};
use crate::web::{Error, FormState, Page};

/// Reads everything; `store` is the one that is looked into, the first when none is named.
pub async fn load(
    app: &App,
    page: Page,
    banner: Banner,
    (prescription, lines): (prescribing::Prescription, Vec<Line>),
    form: FormState,
) -> Result<DispensePage, Error> {
    let stores = crate::stock::dispensing_stores(&app.db).await?;
    let asked: Option<i64> = form.value("store").parse().ok();
    let store = stores.iter().find(|store| Some(store.id.0) == asked).or(stores.first());
    let store = store.ok_or(Error::Conflict("No store hands out to patients. Set one up first.".into()))?.id;
    let id = prescription.id;
    let (shelf, marks, messages, before, asked) = try_join!(
        shelf::of_prescription(&app.db, id, store, page.today()),
        prescribing::marks(&app.db, id),
        messages::of_prescription(&app.db, id),
        dispensings::of_prescription(&app.db, id),
        billing::asked_first(&app.db, prescription.visit_id, ChargeKind::Medicine),
    )?;
    let (open, over): (Vec<Line>, Vec<Line>) = lines.into_iter().partition(|line| line.state.waits());
    let mut offers: Vec<Offer> = open.into_iter().map(|line| offer(line, &shelf, store, &page)).collect();
    if !offers.is_empty() {
        let now = now::of_patient(app, &banner.summary, (page.now, page.today())).await?;
        for offer in &mut offers {
            offer.standing = now.at(&offer.line, &prescription, &marks, &page.clinic);
        }
    }
    let controlled = offers.iter().any(Offer::may_need_second);
    let colleagues = if controlled {
        second::colleagues(&app.db, page.actor()?.account, WITNESSES).await?
    } else {
        Vec::new()
    };
    let store = store.0;
    let mut shown = DispensePage {
        page,
        form,
        banner,
        prescription,
        offers,
        over,
        marks,
        asked,
        stores,
        store,
        colleagues,
        messages,
        before,
    };
    shown.prefill();
    Ok(shown)
}

impl DispensePage {
    /// What is not typed yet: what remains and can be given, the version that is seen.
    fn prefill(&mut self) {
        for offer in &self.offers {
            let field = format!("give_{}", offer.line.id);
            if self.form.sent(&field).is_none() {
                let units =
                    if offer.is_open(&self.page) { offer.usable().min(offer.line.remaining()) } else { 0 };
                self.form.set(&field, units);
            }
            self.form.set(&format!("version_{}", offer.line.id), offer.line.version);
            let (units, until) = (format!("reserve_{}", offer.line.id), format!("until_{}", offer.line.id));
            if self.form.sent(&units).is_none() {
                let own = offer.medicine.as_ref().map_or(0, |medicine| medicine.reserved().own);
                let free = offer.usable().min(offer.line.remaining());
                let day = offer.medicine.as_ref().and_then(|medicine| medicine.until);
                self.form.set(&units, if own > 0 { own } else { free });
                self.form.set(&until, day.unwrap_or_else(|| offer.keeps_until(self.page.today())));
            }
        }
        self.form.set("store", self.store);
    }
}

/// What lies on the shelf for a line.
fn offer(line: Line, shelf: &[OnShelf], store: StoreId, page: &Page) -> Offer {
    let of_one =
        |one: &OnShelf, next: &OnShelf| (one.line_id, one.medicine_id) == (next.line_id, next.medicine_id);
    let medicines = shelf.chunk_by(of_one).filter(|rows| rows[0].line_id == line.id);
    let medicines =
        medicines.map(|rows| (rows[0].clone(), rows.iter().filter_map(OnShelf::candidate).collect()));
    let (own, others): (Vec<_>, Vec<(OnShelf, Vec<Candidate>)>) =
        medicines.partition(|(medicine, _)| Some(medicine.medicine_id) == line.medicine_id);
    let own = own.into_iter().next();
    let want = |medicine: &OnShelf, quantity: i64| Wanted {
        item: medicine.item_id,
        store,
        quantity,
        step: medicine.step,
        today: page.today(),
        until: Some(line.lasts_until(line.remaining(), page.today())),
        first: Vec::new(),
    };
    let choice = own
        .as_ref()
        .map(|(medicine, batches)| (medicine.reserved(), batches, want(medicine, line.remaining())))
        .map(|(reserved, batches, want)| pick(batches, &want, Rule::Usable, reserved));
    let others = others.into_iter().filter_map(|(medicine, batches)| {
        let ratio = Ratio::of(&line.strength, &medicine.strength)?;
        medicine.dose_for(&line, ratio).ok()?;
        let all = want(&medicine, i64::from(i32::MAX));
        let all = pick(&batches, &all, Rule::Usable, medicine.reserved()).total();
        (all > 0).then_some(Other { medicine, ratio, usable: all })
    });
    let others = others.collect();
    let (medicine, batches) = own.map_or((None, Vec::new()), |(medicine, batches)| (Some(medicine), batches));
    let today = page.today();
    let usable = |one: &Candidate| {
        one.expiry > today && one.held_reason.is_empty() && one.recall_reason.is_empty() && one.on_hand > 0
    };
    let batches = batches.into_iter().filter(usable).collect();
    Offer { line, medicine, choice, batches, others, standing: Vec::new() }
}

/// The prescription with its lines and the head of its page; none when the record has to be opened first.
pub async fn find(
    app: &App,
    page: &Page,
    id: PrescriptionId,
) -> Result<(prescribing::Prescription, Vec<Line>, Option<Banner>), Error> {
    let prescription = prescribing::prescription(&app.db, id).await?.ok_or(Error::NotFound)?;
    let banner = prescribing::door(app, page, prescription.patient_id).await?;
    let lines = if banner.is_some() { prescribing::lines_of(&app.db, id).await? } else { Vec::new() };
    Ok((prescription, lines, banner))
}
