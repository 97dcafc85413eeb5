//! Forms about accounts and patients.

use infirmary::access::model::{AccountId, CodePurpose, Role};
use infirmary::db::sql;

use super::Form;
use crate::support::{Browser, Clinic, PASSWORD, ada_but};

const NEW: &str = "three goats cross the bridge";

pub async fn forms(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    let mut forms = accounts(clinic).await;
    forms.extend(staff(clinic, boss).await);
    forms.extend(patients(clinic, boss).await);
    forms.extend(students(clinic, boss).await);
    forms
}

/// A member of staff for one form, signed in at a browser.
async fn own(clinic: &Clinic, name: &str) -> Browser {
    clinic.signed_in(name, &[Role::Nurse]).await
}

async fn accounts(clinic: &Clinic) -> Vec<Form> {
    let details = own(clinic, "details").await;
    let password = own(clinic, "password").await;
    let (one, others, everywhere) =
        (own(clinic, "one").await, own(clinic, "others").await, own(clinic, "everywhere").await);
    for name in ["one", "others"] {
        clinic.sign_in(&clinic.browser(), name).await;
    }
    let last: i64 = sql(
        "select max(s.id) from sign_in s join account a on a.id = s.account_id where sign_in_name = 'one'",
    )
    .scalar(&clinic.app.db)
    .await
    .unwrap();
    let new = clinic.staff("activated", &[Role::Nurse]).await;
    sql("update account set password_hash = null where id = $1").bind(new).run(&clinic.app.db).await.unwrap();
    let code = clinic.code_for(new, CodePurpose::Activate).await;
    vec![
        Form::page("/account", &details, "/account".into(), "#details", &[("phone", "0801 222 3333")]),
        Form::fields(
            "/account/password",
            &password,
            "",
            &[("password_current", PASSWORD), ("password_new", NEW)],
        ),
        Form::fields("/account/sign-ins/{id}/end", &one, last, &[]),
        Form::fields("/account/sign-ins/end-others", &others, "", &[]),
        Form::fields("/account/sign-out-everywhere", &everywhere, "", &[]),
        Form::fields(
            "/activate",
            &clinic.browser(),
            "",
            &[("name", "activated"), ("code", &code), ("password_new", NEW)],
        ),
    ]
}

async fn staff(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    let nurse = |name: &'static str| clinic.staff(name, &[Role::Nurse]);
    let (changed, leaves, gone, coded): (AccountId, AccountId, AccountId, AccountId) =
        (nurse("changed").await, nurse("leaves").await, nurse("gone").await, nurse("coded").await);
    sql("update account set state = 'deactivated' where id = $1")
        .bind(gone)
        .run(&clinic.app.db)
        .await
        .unwrap();
    let taken = clinic.patient("Eldest Sister").await;
    sql("insert into account_relative (account_id, patient_id, added_by, added_at)
         select $1, p.id, $1, p.created_at from patient p where p.id = $2")
    .bind(coded)
    .bind(taken)
    .run(&clinic.app.db)
    .await
    .unwrap();
    let taken = taken.to_string();
    let brother = clinic.patient("Youngest Brother").await;
    let relative: String =
        sql("select number from patient where id = $1").bind(brother).scalar(&clinic.app.db).await.unwrap();
    let new = [("sign_in_name", "new.nurse"), ("name", "Ngozi Eze"), ("roles", "nurse")];
    vec![
        Form::page("/staff", boss, "/staff/new".into(), "#staff", &new),
        Form::page(
            "/staff/{id}",
            boss,
            format!("/staff/{changed}/edit"),
            "#staff",
            &[("phone", "0802 111 2222")],
        ),
        Form::fields("/staff/{id}/sign-out", boss, leaves, &[]),
        Form::fields("/staff/{id}/deactivation", boss, leaves, &[("reason", "left the clinic")]),
        Form::fields("/staff/{id}/reactivation", boss, gone, &[("reason", "came back")]),
        Form::fields("/staff/{id}/codes", boss, coded, &[]),
        Form::fields("/staff/{id}/relatives", boss, changed, &[("relative", &relative)]),
        Form::fields("/staff/{id}/relatives/removal", boss, coded, &[("patient", &taken)]),
    ]
}

async fn patients(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    let mut people = Vec::new();
    for number in 1..7 {
        let matric = format!("18/52HA{number:03}");
        let (family, given) = (format!("Family{number}"), format!("Given{number}"));
        let fields = ada_but(&[
            ("matric_number", &matric),
            ("family_name", &family),
            ("given_names", &given),
            ("phone", ""),
            ("somebody_else", "yes"),
        ]);
        people.push(clinic.registered(boss, &fields).await);
    }
    clinic.is_here(people[1]).await;
    let (_, mine) = clinic.someone("Details Own").await;
    let ada = ada_but(&[("somebody_else", "yes")]);
    let page = |id: usize, rest: &str| format!("/patients/{}{rest}", people[id]);
    let other = [("to", "deactivated"), ("reason", "moved away")];
    vec![
        Form::page("/patients", boss, "/patients/new".into(), "#person", &ada),
        Form::page("/patients/{id}/edit", boss, page(0, "/edit"), "#person", &[("address", "Zone B")]),
        Form::page(
            "/patients/{id}/clinical",
            boss,
            page(1, "/clinical"),
            "#health",
            &[("allergies_told", "Nuts")],
        ),
        Form::fields(
            "/patients/{id}/openings",
            boss,
            people[5],
            &[("opening_reason", "contact"), ("opening_words", "She called the desk")],
        ),
        Form::fields("/patients/{id}/card", boss, people[2], &[]),
        Form::fields("/patients/{id}/codes", boss, people[3], &[("replaces", "yes")]),
        Form::page("/patients/{id}/state", boss, page(4, "/state"), "#state", &other),
        Form::page("/my/details", &mine, "/my/details".into(), "#details", &[("address", "Zone C")]),
    ]
}

const FILE: &str = "Matric No,Surname,First name,Sex\n21/52HA001,Bello,Musa,M\n";

async fn uploaded(boss: &Browser, content: &'static str) -> String {
    let form = Form::file("/student-imports", boss, content);
    let seen = form.send(&form.filled().await, &[super::HONEST]).await;
    seen.expect(303).leads_to().unwrap()
}

async fn checked(boss: &Browser, content: &'static str) -> String {
    let to = uploaded(boss, content).await;
    let columns = boss.get(&to).await;
    boss.submit(&columns, "#columns", &[]).await.expect(303);
    to
}

async fn students(clinic: &Clinic, boss: &Browser) -> Vec<Form> {
    clinic.student("Never Activated", "17/52HA001").await;
    // Somebody with the same name and birthday is there already, so that the line waits for a person.
    clinic
        .registered(boss, &ada_but(&[("kind", "public"), ("matric_number", ""), ("family_name", "Twin")]))
        .await;
    let twin = "matric,surname,first name,sex,dob\n21/52HA009,Twin,Ọlúwafúnmiláyọ̀,F,27/03/2004\n";
    let (check, commit) = (uploaded(boss, FILE).await, checked(boss, FILE).await);
    let (given_up, decide) = (uploaded(boss, FILE).await, checked(boss, twin).await);
    let drop = format!("{given_up}/drop");
    boss.post(
        "/university",
        &[("op", "a-faculty-before-all"), ("what", "level"), ("name", "100"), ("position", "1")],
    )
    .await
    .expect(303);
    let id = clinic.count("select id from study_level").await.to_string();
    let change =
        [("what", "level"), ("id", id.as_str()), ("version", "1"), ("name", "100 Level"), ("do", "save")];
    vec![
        Form::fields("/students/codes", boss, "", &[("department", ""), ("level", "")]),
        Form::fields("/university", boss, "", &[("what", "faculty"), ("name", "Law"), ("position", "1")]),
        Form::fields("/university/change", boss, "", &change),
        Form::file("/student-imports", boss, FILE),
        Form::page("/student-imports/{id}/check", boss, check, "#columns", &[]),
        Form::page("/student-imports/{id}/commit", boss, commit, "#commit", &[]),
        Form::fields("/student-imports/{id}/drop", boss, drop.split('/').nth(2).unwrap(), &[]),
        Form::page("/student-imports/{id}/decide", boss, decide, "td.act form", &[]),
    ]
}
