//! Patients of the stories.

use infirmary::db::sql;
use infirmary::patients::PatientId;
use infirmary::patients::model::{Details, Kind, Phone, card_code, fold, patient_number, search_terms};

use super::people::cheap_hash;
use super::{Browser, Clinic, Seen};

/// The fields of a complete registration, to be changed by a story.
pub const ADA: &[(&str, &str)] = &[
    ("kind", "student"),
    ("family_name", "Adéṣínà-Ògúntádé"),
    ("given_names", "Ọlúwafúnmiláyọ̀"),
    ("born_day", "27"),
    ("born_month", "mar"),
    ("born_year", "2004"),
    ("sex", "female"),
    ("phone", "+234 805 123 9900"),
    ("matric_number", "19/52ha001"),
];

/// [`ADA`] with other values in some fields.
pub fn ada_but<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = ADA.iter().filter(|(name, _)| !changes.iter().any(|(changed, _)| changed == name));
    kept.chain(changes).copied().collect()
}

impl Clinic {
    /// A patient of the public by this name (given names first), without more.
    pub async fn patient(&self, name: &str) -> PatientId {
        self.insert_patient(name, None).await
    }

    /// A student by this name.
    pub async fn student(&self, name: &str, matric: &str) -> PatientId {
        self.insert_patient(name, Some(matric)).await
    }

    async fn insert_patient(&self, name: &str, matric: Option<&str>) -> PatientId {
        let (given, family) = name.rsplit_once(' ').unwrap_or(("", name));
        let details = Details {
            family_name: family.to_owned(),
            given_names: given.to_owned(),
            matric_number: matric.map(str::to_owned),
            kind: if matric.is_some() { Kind::Student } else { Kind::Public },
            ..Details::default()
        };
        let mut tx = self.app.db.begin().await.unwrap();
        let n: i64 = sql("insert into counter (scope, day, last) values ('patient', $1, 1)
             on conflict (scope, day) do update set last = counter.last + 1 returning last")
        .bind(chrono::NaiveDate::from_ymd_opt(2000, 1, 1))
        .scalar(&mut tx)
        .await
        .unwrap();
        let number = patient_number(n);
        let id: PatientId = sql("insert into patient (number, kind, family_name, given_names, sort_name, sex, card_code,
                matric_number, created_at, updated_at) values ($1, $2, $3, $4, $5, 'unknown', $6, $7, $8, $8) returning id")
        .bind(&number)
        .bind(details.kind)
        .bind(family)
        .bind(given)
        .bind(fold(&format!("{family} {given}")))
        .bind(card_code(rand::random()))
        .bind(matric.map(str::to_owned))
        .bind(self.app.clock.now())
        .scalar(&mut tx)
        .await
        .unwrap();
        for term in search_terms(&details, &number, &Phone::default().digits) {
            sql("insert into patient_term (term, patient_id) values ($1, $2)")
                .bind(term)
                .bind(id)
                .run(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
        id
    }

    /// A browser in which this patient is signed in; the account is made when there is none.
    pub async fn signed_in_patient(&self, patient: PatientId, sign_in_name: &str) -> Browser {
        let made = sql("update account set password_hash = $2 where patient_id = $1")
            .bind(patient)
            .bind(cheap_hash())
            .run(&self.app.db)
            .await
            .unwrap();
        if made == 0 {
            sql("insert into account (kind, sign_in_name, name, patient_id, password_hash, created_at, updated_at)
                 values ('patient', $1, $1, $2, $3, $4, $4)")
            .bind(sign_in_name)
            .bind(patient)
            .bind(cheap_hash())
            .bind(self.app.clock.now())
            .run(&self.app.db)
            .await
            .unwrap();
        }
        let browser = self.browser();
        self.sign_in(&browser, sign_in_name).await;
        browser
    }

    /// Registers a patient at the desk and says who it is.
    pub async fn registered(&self, desk: &Browser, fields: &[(&str, &str)]) -> PatientId {
        let seen = register(desk, fields).await;
        id_in(&seen.expect(303).leads_to().unwrap())
    }
}

/// Fills in the registration form and sends it.
pub async fn register(desk: &Browser, fields: &[(&str, &str)]) -> Seen {
    let page = desk.get("/patients/new").await;
    desk.submit(&page, "#person", fields).await
}

/// The patient's id in an address.
fn id_in(address: &str) -> PatientId {
    let id = address.trim_start_matches("/patients/").split(['/', '?']).next().unwrap();
    PatientId(id.parse().unwrap_or_else(|_| panic!("no patient in {address}")))
}

impl Clinic {
    /// Puts a patient into the clinic: an open visit, whoever works there.
    pub async fn is_here(&self, patient: PatientId) {
        let now = self.app.clock.now();
        sql("insert into visit (patient_id, day, series, number, token, slip_code, opened_at) values
             ($1, $2, 'Z', (select count(*) + 1 from visit), $3, $4, $5)")
        .bind(patient)
        .bind(self.app.clinic().day_of(now))
        .bind(format!("Z{patient:03}"))
        .bind(format!("{:016x}", rand::random::<u64>()))
        .bind(now)
        .run(&self.app.db)
        .await
        .unwrap();
    }

    /// Facts that only those who treat may read.
    pub async fn told(&self, patient: PatientId) {
        sql("update patient set allergies_told = 'penicillin rash', conditions_told = 'asthma since 2010',
                blood_group = 'AB-', genotype = 'SC' where id = $1")
        .bind(patient)
        .run(&self.app.db)
        .await
        .unwrap();
    }
}
