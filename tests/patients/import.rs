//! Importing students.

use std::fmt::Write;

use infirmary::db::sql;
use infirmary::patients::import::{ImportError, import};
use reqwest::multipart::{Form, Part};

use crate::support::{Browser, Clinic, Seen};

const FILE: &str = "Matric No,Surname,First name,Sex,DOB,Phone,Faculty,Department,Level\n\
    19/52HA001,Adéṣínà,Ọlá,F,27/03/2004,0805 123 9900,Science,Physics,100\n\
    19/52HA002,Obi,Ada,F,2003-01-05,,Science,Physics,100\n";

/// Uploads bytes as a file.
async fn upload(desk: &Browser, bytes: Vec<u8>) -> Seen {
    let page = desk.get("/student-imports").await;
    let op = page.attribute("#upload input[name=op]", "value").unwrap();
    let form = Form::new().text("op", op).part("file", Part::bytes(bytes).file_name("students.csv"));
    let request = desk
        .request(reqwest::Method::POST, "/student-imports")
        .header("sec-fetch-site", "same-origin")
        .multipart(form);
    desk.send(request, "/student-imports").await
}

/// Uploads and checks; the review page.
async fn checked(desk: &Browser, content: &str, fields: &[(&str, &str)]) -> Seen {
    let seen = upload(desk, content.into()).await;
    let columns = desk.follow(seen).await;
    desk.submitted(&columns, "#columns", fields).await
}

fn counts(review: &Seen) -> String {
    let dd = review.texts("dl.summary dd:nth-of-type(1)");
    dd.join(" ")
}

async fn rows(clinic: &Clinic) -> (i64, i64, i64) {
    (
        clinic.count("select count(*) from patient").await,
        clinic.count("select count(*) from account where kind = 'patient'").await,
        clinic.count("select count(*) from patient_term").await,
    )
}

both! {
    async fn a_file_is_checked_line_by_line_and_imported_at_once(clinic) {
        let desk = clinic.receptionist().await;
        let unknown = checked(&desk, FILE, &[]).await;
        assert_eq!(counts(&unknown), "0 0 0 0 2");
        assert!(unknown.body.contains("Faculty &#34;Science&#34; is not known here") || unknown.body.contains("Science"));
        assert!(!unknown.has("#commit"));
        let review = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        assert_eq!(counts(&review), "2 0 0 0 0");
        assert_eq!(rows(&clinic).await.0, 0, "a check saves nothing");
        let done = desk.submitted(&review, "#commit", &[]).await;
        assert!(done.body.contains("2 students imported"), "{}", done.body);
        assert_eq!(rows(&clinic).await.0, 2);
        assert_eq!(rows(&clinic).await.1, 2);
        assert_eq!(clinic.count("select count(*) from faculty").await, 1);
        assert_eq!(clinic.count("select count(*) from department").await, 1);
        assert_eq!(clinic.count("select count(*) from study_level").await, 1);
        assert_eq!(desk.get("/patients?q=ola").await.links("tbody a").len(), 1);
        assert_eq!(clinic.count("select last from counter where scope = 'patient'").await, 2);
        // The same file again changes nothing.
        let before = (rows(&clinic).await, clinic.count("select cast(sum(version) as bigint) from patient").await);
        let again = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        assert_eq!(counts(&again), "0 0 2 0 0");
        assert!(!again.has("#commit"));
        assert_eq!((rows(&clinic).await, clinic.count("select cast(sum(version) as bigint) from patient").await), before);
        // The form of the first commit, sent again, is answered with where the first one led.
        assert_eq!(desk.submit(&review, "#commit", &[]).await.status, 303);
        assert_eq!(rows(&clinic).await, before.0);
    }

    async fn a_changed_line_shows_its_difference_and_empty_cells_change_nothing(clinic) {
        let desk = clinic.receptionist().await;
        let review = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        desk.submit(&review, "#commit", &[]).await.expect(303);
        let second = "Matric No,Surname,First name,Phone\n19/52HA001,Adéṣínà-Bello,Ọlá,\n19/52HA002,Obi,Ada,0803 123 4567\n";
        let review = checked(&desk, second, &[]).await;
        assert_eq!(counts(&review), "0 2 0 0 0");
        let text = review.texts("tbody td").join(" ");
        assert!(text.contains("family name: Adéṣínà → Adéṣínà-Bello"), "{text}");
        assert!(text.contains("phone: nothing → 0803 123 4567") && !text.contains("0805"), "{text}");
        desk.submit(&review, "#commit", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient where phone = '0805 123 9900' and version = 2").await, 1);
        assert_eq!(clinic.count("select count(*) from account where name = 'Ọlá Adéṣínà-Bello'").await, 1);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'patient.edited'").await, 2);
    }

    async fn one_person_under_two_numbers_is_told_and_letters_written_in_two_ways_are_one(clinic) {
        let desk = clinic.receptionist().await;
        let file = "Matric No,Surname,Given,DOB\n19/52HA001,Ade\u{301},Ada,27/03/2004\n\
            19/52HA002,Ad\u{e9},Ada,27/03/2004\n19/52HA003,Ad\u{e9},Ada,28/03/2004\n";
        let review = checked(&desk, file, &[]).await;
        assert_eq!(counts(&review), "1 0 0 2 0");
        let words = review.texts("tbody td").join(" ");
        assert!(words.contains("Perhaps the student on line 3, 19/52HA002: the same name"), "{words}");
        assert!(words.contains("Perhaps the student on line 2, 19/52HA001: the same name"), "{words}");
        let one = "Matric No,Surname,Given\n19/52HA001,Ade\u{301},Ada\n";
        let review = checked(&desk, one, &[]).await;
        desk.submit(&review, "#commit", &[]).await.expect(303);
        let review = checked(&desk, &one.replace("e\u{301}", "\u{e9}"), &[]).await;
        assert_eq!(counts(&review), "0 0 1 0 0");
    }

    async fn each_line_with_a_problem_is_named_and_can_be_taken_away(clinic) {
        let desk = clinic.receptionist().await;
        let file = "matric,surname,first name,sex,dob\n\
            19/52HA001,Obi,Ada,F,1/1/2004\n\
            19/52HA002,Bello,Ben,q,\n\
            x,Bello,Ben,M,\n\
            19/52HA003,=cmd(),Cy,M,1/1/2050\n\
            19/52HA004,Twice,One,M,\n\
            19/52ha004,Twice,Two,M,\n\
            19/52HA005,Short,Line\n";
        let review = checked(&desk, file, &[]).await;
        assert_eq!(counts(&review), "1 0 0 0 6");
        let id = clinic.count("select max(id) from student_import").await;
        let shown = desk.get(&format!("/student-imports/{id}?outcome=error")).await;
        assert_eq!(shown.texts("tbody tr").len(), 6);
        let csv = desk.get(&format!("/student-imports/{id}/problems.csv")).await;
        assert!(csv.expect(200).headers["content-type"].to_str().unwrap().starts_with("text/csv"));
        for words in ["Sex \"\"q\"\" must be male or female", "Matric number 19/52HA004 is on lines 6 and 7", "Has 3 cells",
            "must be today or in the past"] {
            assert!(csv.body.contains(words), "{words} in {}", csv.body);
        }
        desk.submit(&review, "#commit", &[]).await.expect(303);
        assert_eq!(rows(&clinic).await.0, 1);
    }

    async fn a_possible_duplicate_waits_for_a_person(clinic) {
        let desk = clinic.receptionist().await;
        let public = crate::support::ada_but(&[("kind", "public"), ("matric_number", "")]);
        clinic.registered(&desk, &public).await;
        let file = "matric,name,dob\n19/52HA001,\"Adesina-Oguntade, Oluwafunmilayo\",27/03/2004\n";
        let review = checked(&desk, file, &[]).await;
        assert_eq!(counts(&review), "0 0 0 1 0");
        assert!(review.text("tbody").contains("Same name, same date of birth"));
        assert!(!review.has("#commit"));
        let decided = desk.submitted(&review, "td.act form", &[]).await;
        assert_eq!(counts(&decided), "1 0 0 0 0");
        desk.submit(&decided, "#commit", &[]).await.expect(303);
        assert_eq!(rows(&clinic).await.0, 2);
    }

    async fn files_that_cannot_be_read_are_refused_with_a_sentence(clinic) {
        let desk = clinic.receptionist().await;
        let long = format!("matric,name\n1,{}\n", "x".repeat(5 * 1024 * 1024));
        for (bytes, message) in [
            (Vec::new(), "The file is empty"),
            (b"matric,name\n1,\"open\n".to_vec(), "A quotation mark"),
            (b"matric,name\n".to_vec(), "no students"),
            (vec![0xff, 0xfe, 0x41], "not UTF-8"),
            (b"name\nAda\n".to_vec(), "one column"),
            (long.into_bytes(), "more than 1,000 characters"),
        ] {
            let seen = upload(&desk, bytes).await;
            assert!(seen.expect(422).errors()[0].contains(message), "{:?}", seen.errors());
        }
        upload(&desk, vec![b'x'; 11 * 1024 * 1024]).await.expect(413);
        assert_eq!(clinic.count("select count(*) from student_import").await, 0);
        let columns = upload(&desk, b"a,b\n1,2\n".to_vec()).await;
        let columns = desk.follow(columns).await;
        let refused = desk.submit(&columns, "#columns", &[]).await;
        assert_eq!(refused.expect(422).errors(), ["Choose the column with the matric number"]);
        desk.submit(&columns, "#drop", &[]).await.expect(303);
        clinic.doctor().await.get("/student-imports").await.expect(403);
    }

    async fn a_check_that_is_out_of_date_imports_nothing(clinic) {
        let desk = clinic.receptionist().await;
        let review = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        clinic.student("Somebody Else", "19/52HA002").await;
        let seen = desk.submit(&review, "#commit", &[]).await;
        assert!(seen.expect(422).errors()[0].starts_with("Student records changed"));
        assert_eq!((rows(&clinic).await.0, clinic.count("select count(*) from faculty").await), (1, 0));
        assert_eq!(clinic.count("select count(*) from student_import where state = 'checked'").await, 1);
    }

    async fn of_two_commits_at_once_one_imports(clinic) {
        let desk = clinic.receptionist().await;
        let review = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        let (path, pairs) = review.form("#commit", &[]);
        let tries = (0..6).map(|n| {
            let (desk, path, mut pairs) = (desk.clone(), path.clone(), pairs.clone());
            async move {
                for pair in &mut pairs {
                    if pair.0 == "op" {
                        pair.1 = format!("{n:032}");
                    }
                }
                let pairs: Vec<(&str, &str)> = pairs.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
                desk.post(&path, &pairs).await.status
            }
        });
        let statuses = futures::future::join_all(tries).await;
        assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
        assert_eq!(rows(&clinic).await.0, 2);
    }

    async fn five_thousand_students_are_imported_within_a_request(clinic) {
        let desk = clinic.receptionist().await;
        let mut file = "matric,surname,first name,sex,dob,phone,faculty,department,level\n".to_owned();
        for n in 0..5_000 {
            writeln!(file, "{:02}/{:02}HA{:03},Family{n},Given{} Middle{},F,{}/{}/{},0803{n:07},Faculty{},Department{},{}00",
                n / 100 % 100, n % 100, n / 50 % 1000, n * 7 % 5000, n % 300, 1 + n % 28, 1 + n % 12, 1995 + n % 12, n % 9, n % 40,
                1 + n % 5).unwrap();
        }
        let began = std::time::Instant::now();
        let review = checked(&desk, &file, &[("create_missing", "yes")]).await;
        let checked_in = began.elapsed();
        assert_eq!(counts(&review), "5000 0 0 0 0");
        let began = std::time::Instant::now();
        desk.submit(&review, "#commit", &[]).await.expect(303);
        println!("checked in {checked_in:?}, imported in {:?}", began.elapsed());
        assert_eq!(rows(&clinic).await.0, 5_000);
        assert_eq!(clinic.count("select last from counter where scope = 'patient'").await, 5_000);
    }

    async fn the_command_line_imports_in_one_go(clinic) {
        let dry = import(&clinic.app, ("students.csv", FILE.as_bytes()), true, true).await.unwrap();
        assert!(!dry.saved && rows(&clinic).await.0 == 0);
        let done = import(&clinic.app, ("students.csv", FILE.as_bytes()), true, false).await.unwrap();
        assert!(done.saved && done.left_out().is_empty());
        assert_eq!(rows(&clinic).await.0, 2);
        let left = import(&clinic.app, ("s.csv", b"matric,name\nx,Ada Obi\n"), false, false).await.unwrap();
        assert_eq!((left.left_out()[0].line, left.saved), (2, false), "nothing to save");
        let unknown = import(&clinic.app, ("s.csv", b"matric,name,level\n19/52HA009,\"Eze, Ben\",900\n"), false, false).await.unwrap();
        assert!(unknown.left_out()[0].message.contains("or run it again with --create-missing"), "{unknown:?}");
        let changed = import(&clinic.app, ("s.csv", b"matric,name\n19/52HA002,\"Obi, Adaeze\"\n"), false, true).await.unwrap();
        assert_eq!(changed.lines[0].message, "given names: Ada \u{2192} Adaeze", "each line is told");
        let none = import(&clinic.app, ("s.csv", b"a,b\n1,2\n"), false, false).await;
        assert!(matches!(none, Err(ImportError::Columns(_))));
        let operator: i64 = sql("select count(*) from audit_entry where role = 'operator' and action = 'patient.registered'")
            .scalar(&clinic.app.db).await.unwrap();
        assert_eq!(operator, 2);
    }

    async fn both_lines_of_one_number_are_left_out_whatever_else_is_wrong_and_come_back_corrected(clinic) {
        let desk = clinic.receptionist().await;
        let file = "Matric No;Surname;First name;Sex;DOB;Phone\r\n\
            19/52HA001;Obi;Ada;F;1/1/2004;+234 803 123 4567\r\n\
            19/52ha001;Obi;Adaobi;q;1/1/2050;\r\n\
            19/52HA002;Bello;Ben;M;;\r\n";
        let review = checked(&desk, file, &[]).await;
        assert_eq!(counts(&review), "1 0 0 0 2", "nobody is registered under a number that stands twice");
        let rows_shown = review.texts("tbody tr").join(" | ");
        assert_eq!(review.texts("tbody th"), ["2", "3", "4"], "counted as a spreadsheet does");
        assert_eq!(review.texts("td[data-label=Name]"), ["Ada Obi", "Adaobi Obi", "Ben Bello"]);
        assert_eq!(review.texts("td[data-label=Matric]")[1], "19/52HA001");
        for fault in ["Sex \"q\" must be male or female", "today or in the past", "Matric number 19/52HA001 is on lines 2 and 3"] {
            assert!(review.texts("tbody tr")[1].contains(fault), "{fault} in {rows_shown}");
        }
        desk.submit(&review, "#commit", &[]).await.expect(303);
        // What is left out is downloaded as it was sent, corrected there, and uploaded again.
        let id = clinic.count("select max(id) from student_import").await;
        let csv = desk.get(&format!("/student-imports/{id}/problems.csv")).await.body;
        assert!(csv.starts_with("Line,What to correct,Matric No,Surname,First name,Sex,DOB,Phone\n"), "{csv}");
        assert!(csv.contains("19/52HA001,Obi,Ada,F,1/1/2004,'+234 803 123 4567"), "{csv}");
        let corrected = csv.replace("19/52ha001", "19/52HA003").replace(",q,1/1/2050", ",F,1/1/2005");
        let again = checked(&desk, &corrected, &[]).await;
        assert_eq!(counts(&again), "2 0 0 0 0", "{}", again.body);
        desk.submit(&again, "#commit", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient where phone_digits = '08031234567'").await, 1);
        assert_eq!(rows(&clinic).await.0, 3);
    }

    async fn a_line_of_a_deactivated_student_says_so(clinic) {
        let desk = clinic.receptionist().await;
        let gone = clinic.student("Ada Obi", "19/52HA001").await;
        sql("update patient set state = 'deactivated' where id = $1").bind(gone).run(&clinic.app.db).await.unwrap();
        let review = checked(&desk, "matric,surname,first name\n19/52HA001,Obi,Ada\n", &[]).await;
        assert_eq!(counts(&review), "0 0 0 0 1");
        assert!(review.text("tbody").contains("P-000001 is deactivated. An administrator takes the record back first"));
        assert_eq!(review.links("tbody a"), [format!("/patients/{gone}")]);
    }

    async fn i_who_was_known_here_and_becomes_a_student_gets_an_account(clinic) {
        let desk = clinic.receptionist().await;
        let review = checked(&desk, FILE, &[("create_missing", "yes")]).await;
        desk.submit(&review, "#commit", &[]).await.expect(303);
        // As a person of the public who is known by the number: without an account.
        for text in ["delete from account where sign_in_name = '19/52ha002'", "update patient set kind = 'public' where matric_number = '19/52HA002'"] {
            assert_eq!(sql(text).run(&clinic.app.db).await.unwrap(), 1, "{text}");
        }
        let review = checked(&desk, FILE, &[]).await;
        assert_eq!(counts(&review), "0 1 1 0 0");
        desk.submit(&review, "#commit", &[]).await.expect(303);
        assert_eq!(clinic.count("select count(*) from patient p join account a on a.patient_id = p.id where p.kind = 'student'").await, 2);
        assert_eq!(clinic.count("select count(*) from audit_entry where action = 'account.opened'").await, 3);
    }
}
