//! Nobody handles the own money in a work role (rule A7).

use std::collections::{BTreeMap, BTreeSet};

use axum::http::Method;
use infirmary::access::model::Role;
use infirmary::db::sql;
use infirmary::patients::PatientId;
use infirmary::web::routes::Access;

use crate::support::Clinic;
use crate::tables::forms::{Form, HONEST, World};

/// Things with an id that are about nobody in particular.
const NOBODYS: [&str; 5] = ["/shifts/", "/schemes/", "/prices/", "/claim-batches/", "/my/"];

/// Names its patient in the form.
const MEMBERS: &str = "/schemes/{id}/members";

fn is_about_somebody(path: &str) -> bool {
    path.contains("{id}") && !NOBODYS.iter().any(|start| path.starts_with(start))
}

async fn is_own_of(clinic: &Clinic, name: &str, patient: Option<PatientId>) {
    sql("update account set own_record_id = $2 where sign_in_name = $1")
        .bind(name)
        .bind(patient)
        .run(&clinic.app.db)
        .await
        .unwrap();
}

both! {
    async fn a7_no_page_and_no_form_of_money_opens_for_the_own_patient(clinic) {
        let world = World::new(&clinic).await;
        let own: PatientId =
            sql("select patient_id from account where name = 'Reads Along'").scalar(&clinic.app.db).await.unwrap();
        let mut sent = BTreeMap::new();
        for form in world.forms.iter().filter(|form| is_about_somebody(form.route) || form.route == MEMBERS) {
            sent.insert(form.route, (form, form.filled().await));
        }
        is_own_of(&clinic, "boss", Some(own)).await;
        let mut tried = BTreeSet::new();
        let routes = infirmary::app::routes();
        let routes = routes.table().iter().filter(|route| route.capability == "billing" && is_about_somebody(route.path));
        let before = clinic.count("select (select count(*) from audit_entry) + (select count(*) from operation)").await;
        for route in routes {
            assert!(matches!(route.access, Access::May(_)), "{}", route.path);
            let seen = match (&route.method, sent.get(route.path)) {
                (&Method::POST, Some((form, sent))) => form.send(sent, &[HONEST]).await,
                (_, Some((_, sent))) => world.boss.get(&sent.path).await,
                (_, None) => world.boss.get(&world.address(route.path)).await,
            };
            assert!(seen.expect(403).body.contains("This is your own record or that of a relative. A colleague opens it for you."), "{}", route.path);
            tried.insert((route.method.clone().to_string(), route.path));
        }
        assert!(tried.len() > 35, "only {} routes", tried.len());
        // Written otherwise, an address leads to the same place.
        let hidden: String = own.to_string().bytes().map(|digit| format!("%{digit:02x}")).collect();
        world.boss.get(&format!("/patients/{hidden}/wallet")).await.expect(403);
        let (scheme, patient) = (sent[MEMBERS].1.path.split('/').nth(2).unwrap(), own.to_string());
        let enrol = Form::fields(MEMBERS, &world.boss, scheme, &[("patient", &patient)]);
        enrol.send(&enrol.filled().await, &[HONEST]).await.expect(403);
        let after = clinic.count("select (select count(*) from audit_entry) + (select count(*) from operation)").await;
        assert_eq!(before, after, "nothing was done");
        // The control: what is somebody else's opens, and so does all of it for a colleague.
        let other = clinic.visitor("Somebody Else").await;
        world.boss.get(&format!("/patients/{other}/wallet")).await.expect(200);
        is_own_of(&clinic, "boss", None).await;
        world.boss.get(&format!("/patients/{own}/wallet")).await.expect(200);
    }

    async fn a7_a_cashier_takes_no_money_out_of_the_own_wallet(clinic) {
        let till = clinic.till().await;
        let path = format!("/patients/{}/wallet", till.patient);
        let page = till.cashier.get(&path).await;
        till.cashier.submit(&page, "#wallet", &[("amount", "500"), ("method", "cash"), ("step", "in")]).await.expect(303);
        let page = till.cashier.get(&path).await;
        is_own_of(&clinic, "cashier", Some(till.patient)).await;
        till.cashier.submit(&page, "#wallet", &[("amount", "500"), ("step", "out")]).await.expect(403);
        till.second.get(&path).await.expect(200);
        assert_eq!(clinic.count("select count(*) from wallet_entry").await, 1);
        clinic.signed_in("looks.on", &[Role::Admin]).await.get(&path).await.expect(200);
    }
}
