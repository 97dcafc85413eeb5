//! Files as people send them.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::super::file::{FileError, columns_of, guess, lines_of};
use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 9).unwrap()
}

fn read(content: &str) -> Vec<Result<Line, String>> {
    let columns = guess(&columns_of(content).unwrap());
    let mapping = Mapping { columns, ..Mapping::default() };
    let lines = lines_of(content).into_iter();
    let read = lines.map(|(_, cells)| Read::of(&cells, &mapping, "99/99AA999", today()));
    read.map(|read| read.fault().map_or(Ok(read.line), Err)).collect()
}

#[test]
fn headings_are_recognised_with_any_separator_and_a_byte_order_mark() {
    for separator in [",", ";", "\t"] {
        let heads =
            ["Matric No.", "SURNAME", "First Name", "Gender", "D.O.B", "date_of_birth"].join(separator);
        let guessed = guess(&columns_of(&format!("\u{feff}{heads}\n1{separator}2\n")).unwrap());
        assert_eq!(guessed, ["matric_number", "family_name", "given_names", "sex", "", "born_on"]);
    }
}

#[test]
fn a_line_is_read_as_people_write_it() {
    let lines = read(
        "matric,name,sex,dob,phone,email\n19/52ha001,\"Obi, Ada\",F,27/03/2004,+234 803 123 4567,Ada@X.ng\n",
    );
    let line = lines[0].clone().unwrap();
    assert_eq!((line.family_name.as_str(), line.given_names.as_str()), ("Obi", "Ada"));
    assert_eq!(line.matric_number, "19/52HA001");
    assert_eq!(line.sex.as_deref(), Some("female"));
    assert_eq!(line.born_on, NaiveDate::from_ymd_opt(2004, 3, 27));
    assert_eq!(line.email.as_deref(), Some("ada@x.ng"));
}

#[test]
fn every_fault_of_a_line_has_a_sentence() {
    let faulty = [
        ("x,Obi,Ada,F,", "Matric number \"x\" must look like 19/52HA001"),
        (",Obi,Ada,F,", "Has no matric number"),
        ("19/52HA001,Obi,,F,", "Needs a family name and given names"),
        ("19/52HA001,Obi,Ada,q,", "Sex \"q\" must be male or female"),
        ("19/52HA001,Obi,Ada,F,1/1/2050", "Date of birth must be today or in the past, not \"1/1/2050\""),
        ("19/52HA001,Obi,Ada", "Has 3 cells where the headings have 5"),
        (
            "x,,Ada,q,",
            "Matric number \"x\" must look like 19/52HA001. Sex \"q\" must be male or female. \
            Needs a family name and given names",
        ),
    ];
    for (line, message) in faulty {
        let read = read(&format!("matric,surname,first name,sex,dob\n{line}\n"));
        assert_eq!(read[0].clone().unwrap_err(), message);
    }
}

#[test]
fn lines_are_counted_as_the_spreadsheet_counts_them() {
    let unix = "matric,name\n\n19/52HA001,Obi Ada\n\n\n19/52HA002,Eze Ben\n";
    for content in
        [unix.to_owned(), unix.replace('\n', "\r\n"), unix.replace('\n', "\r"), format!("\u{feff}{unix}")]
    {
        let lines: Vec<i64> = lines_of(&content).into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [3, 6], "{content:?}");
    }
    let long = format!("a,b\r\n1,2\r\n3,{}\r\n", "x".repeat(2_000));
    assert_eq!(columns_of(&long), Err(FileError::LongCell(3)));
}

#[test]
fn a_cell_that_was_tamed_is_read_as_it_was() {
    let line = read("matric,name,phone\n19/52HA001,Obi Ada,'+234 803 123 4567\n")[0].clone().unwrap();
    assert_eq!(line.phone.as_deref(), Some("+234 803 123 4567"));
}

#[test]
fn names_are_no_longer_than_the_form_takes_and_carry_nothing_that_nobody_sees() {
    let long = "x".repeat(121);
    for name in [format!("{long},Ada"), format!("Obi,{long}")] {
        assert!(read(&format!("matric,surname,first name\n19/52HA001,{name}\n"))[0].is_err());
        assert!(read(&format!("matric,name\n19/52HA001,\"{name}\"\n"))[0].is_err());
    }
    let line = read("matric,surname,first name\n19/52HA001,Obi\u{202e},A\u{200b}da\n")[0].clone().unwrap();
    assert_eq!((line.family_name.as_str(), line.given_names.as_str()), ("Obi", "Ada"));
}

#[test]
fn unreadable_files_are_named() {
    assert_eq!(columns_of(" \n \u{feff}"), Err(FileError::Empty));
    assert_eq!(columns_of("matric,name\n"), Err(FileError::NoLines));
    assert_eq!(columns_of("matric,name\n1,\"open\n2,b\n"), Err(FileError::Quotes));
    assert_eq!(columns_of("name\nAda\n"), Err(FileError::OneColumn));
    assert_eq!(columns_of(&format!("a,b\n1,{}\n", "x".repeat(5_000_000))), Err(FileError::LongCell(2)));
}

#[test]
fn columns_must_be_chosen_once_and_suffice() {
    let mapping = |words: &[&str]| Mapping {
        columns: words.iter().map(|w| (*w).to_owned()).collect(),
        ..Mapping::default()
    };
    assert!(mapping(&["matric_number", "full_name"]).fault().is_none());
    assert!(mapping(&["matric_number", "family_name"]).fault().unwrap().contains("given names"));
    assert!(mapping(&["full_name"]).fault().unwrap().contains("matric"));
    assert!(mapping(&["matric_number", "matric_number", "full_name"]).fault().unwrap().contains("not two"));
}

proptest! {
    #[test]
    fn no_file_makes_reading_fall(content in "[\\PC\\n\",;]{0,200}") {
        if columns_of(&content).is_ok() {
            read(&content);
        }
    }
}
