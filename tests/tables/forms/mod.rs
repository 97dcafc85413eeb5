//! A clinic in which every form's address can be used: for each unsafe route one submission that is accepted.

mod appointments;
mod billing;
mod consultation;
mod findings;
mod laboratory;
mod people;
mod pharmacy;
mod places;
mod prescribing;
mod queues;
mod records;
mod stock;

use axum::http::Method;
use infirmary::access::model::Role;
use infirmary::db::sql;

use super::{filled, none, routes};
use crate::support::{Browser, Clinic};

/// Forms without an operation id, or that need another clinic, each with its reason.
pub const APART: [(&str, &str); 8] = [
    ("/policy-reports", "a browser reports what it blocked, with no form; tables::headers tells it"),
    ("/find", "a search changes nothing; patients::addresses tells it"),
    ("/visits/{id}/consultation/draft", "a draft has versions of its own; consultation::drafts tells it"),
    ("/sign-in", "signing in twice is two sign-ins; access::sign_in and access::sessions tell it"),
    ("/sign-out", "signing out twice is signing out; access::sessions tells it"),
    ("/sign-in/lock", "a locked desk stays locked, and answers nothing else; access::lock tells it"),
    ("/sign-in/unlock", "the password given twice is given once; access::lock tells it"),
    ("/setup/{code}", "works on an install without staff only; access::setup tells it"),
];

/// One submission that its route accepts.
pub struct Form {
    /// The route's path with its parameters.
    pub route: &'static str,
    /// Where it is sent from.
    pub browser: Browser,
    fill: Fill,
}

#[derive(Clone)]
enum Fill {
    /// An address and its fields.
    Fields(String, Vec<(String, String)>),
    /// A page, its form, and what is typed into it.
    Page(String, &'static str, Vec<(&'static str, String)>),
    /// A file with its operation id.
    File(&'static str),
}

/// A filled-in form on its way.
#[derive(Clone)]
pub struct Sent {
    /// Where to.
    pub path: String,
    /// Its operation id.
    pub op: String,
    kind: String,
    body: Vec<u8>,
}

impl Form {
    /// An address and its fields; the operation id is added.
    pub fn fields(
        route: &'static str,
        browser: &Browser,
        id: impl ToString,
        fields: &[(&str, &str)],
    ) -> Self {
        let own = fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let fill = Fill::Fields(filled(route, &id.to_string()), own);
        Form { route, browser: browser.clone(), fill }
    }

    /// The form that stands on a page, with changes.
    pub fn page(
        route: &'static str,
        browser: &Browser,
        page: String,
        selector: &'static str,
        changes: &[(&'static str, &str)],
    ) -> Self {
        let changes = changes.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Form { route, browser: browser.clone(), fill: Fill::Page(page, selector, changes) }
    }

    /// An upload.
    pub fn file(route: &'static str, browser: &Browser, content: &'static str) -> Self {
        Form { route, browser: browser.clone(), fill: Fill::File(content) }
    }

    /// The same form once more.
    pub fn again(&self) -> Self {
        Form { route: self.route, browser: self.browser.clone(), fill: self.fill.clone() }
    }

    /// Fills it in, as of now.
    pub async fn filled(&self) -> Sent {
        let (path, pairs) = match &self.fill {
            Fill::Fields(path, pairs) => (path.clone(), pairs.clone()),
            Fill::Page(page, selector, changes) => {
                let seen = self.browser.get(page).await;
                let changes: Vec<(&str, &str)> =
                    changes.iter().map(|(name, value)| (*name, value.as_str())).collect();
                seen.form(selector, &changes)
            }
            Fill::File(content) => return Sent::upload(self.route, content),
        };
        Sent::form(path, pairs)
    }

    /// Sends it; what came back, with any header that the test adds.
    pub async fn send(&self, sent: &Sent, headers: &[(&str, &str)]) -> crate::support::Seen {
        let mut request = self
            .browser
            .request(reqwest::Method::POST, &sent.path)
            .header("content-type", &sent.kind)
            .body(sent.body.clone());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.browser.send(request, &sent.path).await
    }
}

/// A browser of our own pages sends this.
pub const HONEST: (&str, &str) = ("sec-fetch-site", "same-origin");

fn new_op() -> String {
    format!("{:024x}", rand::random::<u128>() >> 32)
}

impl Sent {
    fn form(path: String, mut pairs: Vec<(String, String)>) -> Self {
        let op = match pairs.iter().find(|(name, _)| name == "op") {
            Some((_, op)) => op.clone(),
            None => {
                let op = new_op();
                pairs.push(("op".to_owned(), op.clone()));
                op
            }
        };
        let body = serde_urlencoded::to_string(pairs).unwrap().into_bytes();
        Sent { path, op, kind: "application/x-www-form-urlencoded".to_owned(), body }
    }

    /// The same address with nothing typed.
    pub fn emptied(&self) -> Self {
        Self::form(self.path.clone(), Vec::new())
    }

    /// The same to another address.
    pub fn to(&self, path: String) -> Self {
        Sent { path, ..self.clone() }
    }

    /// Whether a word was typed into it.
    pub fn types(&self, word: &str) -> bool {
        let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&self.body).unwrap_or_default();
        pairs.iter().any(|(_, value)| value.contains(word))
    }

    fn upload(path: &str, content: &str) -> Self {
        let op = new_op();
        let mark = "a-mark-between-parts";
        let body = format!(
            "--{mark}\r\ncontent-disposition: form-data; name=\"op\"\r\n\r\n{op}\r\n--{mark}\r\n\
             content-disposition: form-data; name=\"file\"; filename=\"students.csv\"\r\n\
             content-type: text/csv\r\n\r\n{content}\r\n--{mark}--\r\n"
        );
        let kind = format!("multipart/form-data; boundary={mark}");
        Sent { path: path.to_owned(), op, kind, body: body.into_bytes() }
    }
}

/// The people and things that the forms are about.
pub struct World {
    /// One form for each route.
    pub forms: Vec<Form>,
    /// Somebody with every role of the staff.
    pub boss: Browser,
    /// A patient with an appointment.
    pub patient: Browser,
    /// What stands behind a path that opens something.
    real: Vec<(&'static str, String)>,
}

impl World {
    /// Fills a new clinic.
    pub async fn new(clinic: &Clinic) -> Self {
        let boss = clinic.signed_in("boss", Role::ALL).await;
        let mut forms = people::forms(clinic, &boss).await;
        let (own, patient, mut real) = appointments::forms(clinic, &boss).await;
        forms.extend(own);
        forms.extend(queues::forms(clinic, &boss, &mut real).await);
        forms.extend(places::forms(clinic, &boss, &mut real).await);
        forms.extend(consultation::forms(clinic, &boss, &mut real).await);
        forms.extend(records::forms(clinic, &boss, &mut real).await);
        forms.extend(laboratory::forms(clinic, &boss, &mut real).await);
        forms.extend(prescribing::forms(clinic, &boss, &mut real).await);
        forms.extend(findings::forms(clinic, (&boss, &patient), &mut real).await);
        forms.extend(stock::forms(clinic, &boss, &mut real).await);
        forms.extend(pharmacy::forms(clinic, &boss, &mut real).await);
        forms.extend(billing::forms(clinic, &boss, &mut real).await);
        let import = clinic.count("select min(id) from student_import").await;
        let person = clinic.count("select max(id) from patient").await;
        real.extend([
            ("/student-imports/", import.to_string()),
            ("/patients/", person.to_string()),
            ("/staff/", "1".to_owned()),
            ("/audit/{id}", "1".to_owned()),
        ]);
        settled(clinic).await;
        World { forms, boss, patient, real }
    }

    /// An address of a route behind which there is something.
    pub fn address(&self, path: &str) -> String {
        let known = self.real.iter().find(|(start, _)| path.starts_with(start));
        let (id, query) = known.map_or(("1", None), |(_, id)| match id.split_once('?') {
            Some((id, query)) => (id, Some(query)),
            None => (id.as_str(), None),
        });
        query.map_or_else(|| filled(path, id), |query| format!("{}?{query}", filled(path, id)))
    }
}

/// Passwords with a weak hash get a strong one in the background after signing in: waits until that is over.
pub async fn settled(clinic: &Clinic) {
    crate::support::eventually(async || {
        let weak = "select count(*) from account a where password_hash like '%m=8,%'
            and exists (select 1 from sign_in where account_id = a.id)";
        sql(weak).scalar::<i64>(&clinic.app.db).await.unwrap() == 0
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_form_of_the_table_of_routes_has_a_submission_to_try() {
    let clinic = Clinic::on_sqlite().await;
    let world = World::new(&clinic).await;
    let mut faults = Vec::new();
    for route in routes(&Method::POST) {
        let known = world.forms.iter().filter(|form| form.route == route.path).count()
            + APART.iter().filter(|(path, _)| *path == route.path).count();
        if known != 1 {
            faults.push(format!("POST {} has {known} submissions, and needs one", route.path));
        }
    }
    for route in routes(&Method::GET) {
        let path = world.address(route.path);
        let of_patients = route.access == infirmary::web::routes::Access::Patient;
        let browser = if of_patients { &world.patient } else { &world.boss };
        let status = browser.request(Method::GET, &path).send().await.unwrap().status().as_u16();
        let nothing = ["/setup/{code}", "/static/{digest}/{*name}"].contains(&route.path);
        if status >= 400 && !nothing && !route.path.starts_with("/display/") {
            faults.push(format!("GET {path}: {status}"));
        }
    }
    none(&faults);
}
