//! Faculties and departments, each department with the letters of its matric numbers.

/// Faculty, its two digits in matric numbers, its departments with theirs.
pub(super) type Faculty = (&'static str, u32, &'static [(&'static str, &'static str)]);

pub(super) const FACULTIES: [Faculty; 15] = [
    (
        "Agriculture",
        51,
        &[("Agronomy", "AG"), ("Animal Production", "AP"), ("Home Economics and Food Science", "HF")],
    ),
    (
        "Arts",
        15,
        &[
            ("English", "EN"),
            ("History and International Studies", "HI"),
            ("Linguistics and Nigerian Languages", "LN"),
            ("Performing Arts", "PA"),
        ],
    ),
    (
        "Basic Medical Sciences",
        53,
        &[("Anatomy", "AN"), ("Physiology", "PY"), ("Medical Biochemistry", "MB")],
    ),
    (
        "Clinical Sciences",
        46,
        &[("Medicine and Surgery", "MS"), ("Nursing Sciences", "NS"), ("Physiotherapy", "PT")],
    ),
    (
        "Communication and Information Sciences",
        52,
        &[
            ("Computer Science", "HA"),
            ("Information and Communication Science", "HB"),
            ("Library and Information Science", "HC"),
            ("Mass Communication", "HD"),
            ("Telecommunication Science", "HE"),
        ],
    ),
    (
        "Education",
        25,
        &[("Adult and Primary Education", "EA"), ("Science Education", "ES"), ("Health Promotion", "EH")],
    ),
    (
        "Engineering and Technology",
        30,
        &[
            ("Civil Engineering", "GC"),
            ("Electrical and Electronics Engineering", "GE"),
            ("Mechanical Engineering", "GM"),
            ("Biomedical Engineering", "GB"),
        ],
    ),
    (
        "Environmental Sciences",
        55,
        &[("Architecture", "VA"), ("Estate Management", "VE"), ("Surveying and Geoinformatics", "VS")],
    ),
    (
        "Law",
        40,
        &[("Islamic Law", "LI"), ("Jurisprudence and International Law", "LJ"), ("Public Law", "LP")],
    ),
    (
        "Life Sciences",
        54,
        &[("Biochemistry", "BC"), ("Microbiology", "BM"), ("Plant Biology", "BP"), ("Zoology", "BZ")],
    ),
    (
        "Management Sciences",
        35,
        &[("Accounting", "MA"), ("Banking and Finance", "MF"), ("Business Administration", "MU")],
    ),
    ("Pharmaceutical Sciences", 58, &[("Clinical Pharmacy", "RC"), ("Pharmacognosy", "RG")]),
    (
        "Physical Sciences",
        56,
        &[
            ("Chemistry", "CH"),
            ("Geology", "CG"),
            ("Mathematics", "CM"),
            ("Physics", "CP"),
            ("Statistics", "CS"),
        ],
    ),
    (
        "Social Sciences",
        45,
        &[("Economics", "SE"), ("Political Science", "SP"), ("Sociology", "SO"), ("Psychology", "SY")],
    ),
    ("Veterinary Medicine", 59, &[("Veterinary Medicine", "VM"), ("Veterinary Public Health", "VP")]),
];

pub(super) const LEVELS: [&str; 6] = ["100", "200", "300", "400", "500", "600"];
