use proptest::prelude::*;

use super::{CodeFile, FileFault, Line, Pick};

fn read(text: &str) -> CodeFile {
    CodeFile::read(text.as_bytes(), None).unwrap()
}

fn line(line: u64, code: &str, title: &str) -> Line {
    Line { line, code: code.to_owned(), title: title.to_owned() }
}

#[test]
fn a_table_with_headings_is_read_whatever_stands_between_its_columns() {
    for text in [
        "Code,Title\nA00,Cholera\nA00.0,\"Cholera, classic\"\n",
        "Title;Chapter;CODE\nCholera;I;A00\n\"Cholera, classic\";I;A00.0\n",
        "\u{feff}code\tother\tdescription\nA00\t\tCholera\nA00.0\t\tCholera, classic\n",
    ] {
        let file = read(text);
        assert_eq!(file.lines, [line(2, "A00", "Cholera"), line(3, "A00.0", "Cholera, classic")], "{text}");
        assert!(file.faults.is_empty());
    }
}

#[test]
fn the_simple_tabulation_of_icd_11_gives_its_categories() {
    let file = read(
        "Foundation URI\tLinearization URI\tCode\tBlockId\tTitle\tClassKind\tDepthInKind\n\
         \t\t\t\tCertain infectious or parasitic diseases\tchapter\t1\n\
         \t\t\tBlockL1-1A0\t- Gastroenteritis or colitis\tblock\t1\n\
         http://id/1\thttp://id/2\t1A00\t\t- - - Cholera\tcategory\t1\n\
         http://id/3\thttp://id/4\t1F40.Z\t\t\"- - - - Malaria due to Plasmodium falciparum, unspecified\"\tcategory\t2\n",
    );
    let malaria = "Malaria due to Plasmodium falciparum, unspecified";
    assert_eq!(file.lines, [line(4, "1A00", "Cholera"), line(5, "1F40.Z", malaria)]);
    assert_eq!((file.groups, file.faults.len()), (2, 0));
}

#[test]
fn the_code_file_of_icd_10_has_no_headings() {
    let file = read(
        "3;N;X;01;A00;A00;A00;A00;Cholera;001;4-002;3-003;2-001;1-002\n\
         4;T;P;X;01;A00;A00.0;A00.0;A000;Cholera due to Vibrio cholerae 01;001;4-002\n\
         4;T;O;X;13;M00;M01.0*;M01.0;M010;Meningococcal arthritis;;;\n",
    );
    let codes: Vec<&str> = file.lines.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(codes, ["A00", "A00.0", "M01.0"]);
    assert_eq!(file.lines[1].title, "Cholera due to Vibrio cholerae 01");
}

#[test]
fn columns_are_named_by_number_or_by_heading() {
    let text = "Kode,Bezeichnung\nA00,Cholera\n";
    assert_eq!(CodeFile::read(text.as_bytes(), None), Err(FileFault::Columns("the code")));
    for pick in ["1,2", "kode,Bezeichnung"] {
        let pick: Pick = pick.parse().unwrap();
        assert_eq!(CodeFile::read(text.as_bytes(), Some(&pick)).unwrap().lines, [line(2, "A00", "Cholera")]);
    }
    let pick: Pick = "1,2".parse().unwrap();
    let bare = CodeFile::read(b"A00,Cholera\nA01,Typhoid\n", Some(&pick)).unwrap();
    assert_eq!(bare.lines.len(), 2);
    assert!("code".parse::<Pick>().is_err());
}

#[test]
fn what_cannot_be_used_is_named_by_its_line_and_the_rest_is_read() {
    let file =
        read("code,title\nA00,Cholera\nnot a code,Something\nA01,\nA00,Cholera\nA00,Another\nA02,Other\n");
    assert_eq!(file.lines, [line(2, "A00", "Cholera"), line(7, "A02", "Other")]);
    let faults: Vec<(u64, &str)> = file.faults.iter().map(|(line, why)| (*line, why.as_str())).collect();
    let wanted = [
        (3, "\"not a code\" is no code"),
        (4, "this line has a code and no title"),
        (6, "A00 has another title on line 2"),
    ];
    assert_eq!(faults, wanted);
}

#[test]
fn latin_1_is_read_and_nothing_is_said_to_be_empty() {
    let file = CodeFile::read(b"code;title\nH81.0;M\xe9ni\xe8re disease\n", None).unwrap();
    assert_eq!(file.lines[0].title, "Ménière disease");
    assert_eq!(CodeFile::read(b"\n", None), Err(FileFault::Empty));
}

proptest! {
    #[test]
    fn no_file_breaks_the_reader_and_no_code_comes_twice(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(file) = CodeFile::read(&bytes, None) {
            let mut codes: Vec<_> = file.lines.iter().map(|line| line.code.clone()).collect();
            codes.sort();
            codes.dedup();
            prop_assert_eq!(codes.len(), file.lines.len());
        }
    }
}
