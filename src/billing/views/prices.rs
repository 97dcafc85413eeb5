//! Price lists and rules.

use askama::Template;

use crate::billing::model::{ChargeKind, Money, Rounding, ServiceKey, percent};
use crate::billing::store::prices::{Price, Service};
use crate::billing::store::schemes::Scheme;
use crate::web::conflict::Conflict;
use crate::web::{FormState, Page};

/// The services of a kind.
#[derive(Debug, Template)]
#[template(path = "billing/prices.html")]
pub struct PricesPage {
    pub page: Page,
    pub kind: ChargeKind,
    pub services: Vec<Service>,
}

impl PricesPage {
    /// The kinds.
    pub fn kinds(&self) -> Vec<(String, &'static str, bool)> {
        let all = ChargeKind::ALL.iter();
        all.map(|one| (crate::web::paths::billing::prices(*one), one.label(), *one == self.kind)).collect()
    }

    /// What a service costs today: by its own price, that of its whole kind, or its catalogue.
    pub fn price(&self, service: &Service) -> String {
        let of_kind = self.services.iter().find(|one| one.service == 0).and_then(|one| one.listed);
        match (service.service, service.listed, of_kind) {
            (0, None, _) => "By service".to_owned(),
            (_, Some(_), _) | (_, None, None) => service.price_words(),
            (_, None, Some(price)) => price.to_string(),
        }
    }

    /// The address of a service.
    pub fn key(&self, service: &Service) -> ServiceKey {
        ServiceKey(self.kind, service.service)
    }
}

impl Service {
    /// What it costs today, and where that stands.
    pub fn price_words(&self) -> String {
        let price = self.listed.unwrap_or(self.catalogue);
        if price.is_zero() { "Free".to_owned() } else { price.to_string() }
    }

    /// `7.5%`, or none.
    pub fn tax_words(&self) -> String {
        self.tax_bp.filter(|bp| *bp > 0).map(percent).unwrap_or_default()
    }

    /// Whether it is paid before it is done.
    pub fn is_gated(&self) -> bool {
        self.pay_first == Some(true)
    }
}

/// One service.
#[derive(Debug, Template)]
#[template(path = "billing/price.html")]
pub struct PricePage {
    pub page: Page,
    pub form: FormState,
    pub key: ServiceKey,
    pub service: Service,
    /// What the price list says of the whole kind.
    pub of_kind: Option<Money>,
    pub history: Vec<Price>,
    pub schemes: Vec<Scheme>,
}

impl PricePage {
    /// What it costs today, and where that stands.
    pub fn price_words(&self) -> String {
        match (self.service.listed, self.of_kind) {
            (Some(_), _) => self.service.price_words(),
            (None, Some(price)) => format!("{price}, as everything of its kind"),
            (None, None) => format!("{}, from its own catalogue", self.service.price_words()),
        }
    }

    /// For whom a price can hold.
    pub fn payers(&self) -> Vec<(String, String)> {
        let everybody = [("0".to_owned(), "Everybody".to_owned())];
        let schemes = self.schemes.iter().map(|one| (one.id.to_string(), one.name.clone()));
        everybody.into_iter().chain(schemes).collect()
    }

    /// Whether it is a consultation, which may cost less soon after a paid one.
    pub fn has_follow_up(&self) -> bool {
        self.key.0 == ChargeKind::Consultation
    }
}

/// Rounding and limits.
#[derive(Debug, Template)]
#[template(path = "billing/rules.html")]
pub struct RulesPage {
    pub page: Page,
    pub form: FormState,
    pub conflict: Option<Conflict>,
}

impl RulesPage {
    /// What becomes of half a kobo.
    pub fn roundings(&self) -> Vec<(&'static str, &'static str)> {
        super::pairs(Rounding::ALL, |one| (one.as_str(), one.label()))
    }

    /// Steps of cash.
    pub fn steps(&self) -> Vec<(String, String)> {
        [1, 100, 500, 1_000, 5_000, 10_000]
            .map(|kobo| {
                (
                    kobo.to_string(),
                    if kobo == 1 { "Not rounded".to_owned() } else { format!("To {}", Money(kobo)) },
                )
            })
            .to_vec()
    }
}
