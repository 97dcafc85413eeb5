//! Names of a Nigerian campus, and a generator that gives the same people every time.

use crate::patients::model::card_code;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

/// Family names, first and second given names of one language.
struct Tongue {
    family: &'static [&'static str],
    female: &'static [&'static str],
    male: &'static [&'static str],
}

const TONGUES: [Tongue; 5] = [
    // Yoruba
    Tongue {
        family: &[
            "Adébáyọ̀",
            "Ọláwálé",
            "Adéyẹmí",
            "Ògúntádé",
            "Ajíbádé",
            "Òkúnọlá",
            "Bámidélé",
            "Fáshọlá",
            "Afọláyan",
            "Ọládìpọ̀",
            "Akíndélé",
            "Olúwọlé",
            "Àjàyí",
            "Adéníyì",
            "Ọ̀ṣúntókun",
            "Alábí",
            "Ayọ̀délé",
            "Olátúnjí",
            "Adéṣínà",
            "Ìdòwú",
            "Ọlọ́runtóba",
            "Ṣówándé",
            "Adéwọlé",
            "Olówólàgbà",
            "Jímọ̀h",
            "Saláwù",
        ],
        female: &[
            "Fọlákẹ́",
            "Títílayọ̀",
            "Ẹniọlá",
            "Ọmọ́láṣọlá",
            "Fúnmiláyọ̀",
            "Yẹ́misí",
            "Adéọlá",
            "Bùkọ́lá",
            "Ṣadé",
            "Tèmítọ́pẹ́",
            "Mọ́rẹ́nikẹ́",
            "Ìyábọ̀",
            "Olúwaṣeun",
            "Àbíkẹ́",
            "Wúràọlá",
            "Ayọ̀mídé",
            "Rónkẹ́",
            "Kẹ́hìndé",
        ],
        male: &[
            "Adéwálé",
            "Olúwáfẹ́mi",
            "Táíwò",
            "Ṣẹ́gun",
            "Bọ́láńlé",
            "Kúnlé",
            "Tósìn",
            "Babátúndé",
            "Ayọ̀bámi",
            "Dàmilọ́lá",
            "Olúmidé",
            "Rótìmí",
            "Gbénga",
            "Ìbùkún",
            "Dàpọ̀",
            "Lékan",
            "Fẹ̀yíṣayọ̀",
            "Ọpẹ́yẹmí",
        ],
    },
    // Hausa
    Tongue {
        family: &[
            "Musa",
            "Ɗanjuma",
            "Bello",
            "Abubakar",
            "Sani",
            "Garba",
            "Ibrahim",
            "Umar",
            "Lawal",
            "Suleiman",
            "Usman",
            "Yakubu",
            "Mai-Ƙarfi",
            "Ɓala",
            "Shehu",
            "Tanko",
        ],
        female: &[
            "Aisha", "Fatima", "Hauwa", "Zainab", "Halima", "Maryam", "Hadiza", "Amina", "Rakiya", "Safiya",
            "Ladi",
        ],
        male: &[
            "Aminu", "Kabiru", "Nura", "Bashir", "Mansur", "Haruna", "Yusuf", "Isa", "Mustapha", "Ɗahiru",
            "Faruq",
        ],
    },
    // Igbo
    Tongue {
        family: &[
            "Okafor",
            "Eze",
            "Nwosu",
            "Obi",
            "Onyekachi",
            "Chukwu",
            "Okeke",
            "Nwachukwu",
            "Igwe",
            "Ụzọma",
            "Anyanwụ",
            "Okonkwọ",
            "Nnamdi",
            "Ọkpara",
            "Mbah",
        ],
        female: &[
            "Ngozi", "Chidinma", "Adaeze", "Ifeọma", "Nkechi", "Amarachi", "Chiamaka", "Uchenna", "Ọgechi",
            "Nneka",
        ],
        male: &[
            "Emeka",
            "Chinedu",
            "Ikenna",
            "Obinna",
            "Kelechi",
            "Chukwuemeka",
            "Ụche",
            "Somtọchukwu",
            "Ebuka",
            "Tochukwu",
        ],
    },
    // Nupe
    Tongue {
        family: &["Ndagi", "Tsado", "Gana", "Ndako", "Jiya", "Kolo", "Mokwa", "Baba", "Nmadu", "Yisa"],
        female: &["Fatimadzo", "Habiba", "Nnadzwa", "Salamatu", "Aminadzo", "Rahmatu", "Ramatu"],
        male: &["Ndaliman", "Yahaya", "Mamudu", "Ndace", "Alhassan", "Idris", "Saba"],
    },
    // Ebira
    Tongue {
        family: &[
            "Ozigi", "Onimisi", "Ozovehe", "Adeiza", "Ohiare", "Enesi", "Anate", "Itopa", "Salihu", "Okino",
        ],
        female: &["Onyeche", "Ohunene", "Ometere", "Oyiza", "Asimau", "Avosuahi", "Ozohu"],
        male: &["Ovayoza", "Otaru", "Ohinoyi", "Siyaka", "Avidime", "Ozavize", "Jimoh"],
    },
];

/// Somebody's name.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub family: &'static str,
    pub given: String,
    pub female: bool,
}

/// Chance with a memory: the same seed gives the same clinic.
#[derive(Debug)]
pub(super) struct Chance(StdRng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(StdRng::seed_from_u64(seed))
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0.random_range(0..end.max(1))
    }

    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        self.0.random_range(from..=to)
    }

    pub fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn of<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len())]
    }

    pub fn bits(&mut self) -> u128 {
        self.0.random()
    }

    /// A code of 26 letters that cannot be taken for one another, from 128 random bits.
    pub fn code(&mut self) -> String {
        card_code(self.bits())
    }

    /// The secret of a slip, as checking in makes it.
    pub fn slip(&mut self) -> String {
        format!("{:032x}", self.bits())
    }

    /// `0803 123 4567`.
    pub fn phone(&mut self) -> String {
        let start = self
            .of(&["0803", "0805", "0806", "0703", "0706", "0813", "0816", "0902", "0903", "0915", "0912"]);
        format!("{start} {:03} {:04}", self.below(1_000), self.below(10_000))
    }

    pub fn name(&mut self) -> Name {
        // Kwara: mostly Yoruba, with neighbours from everywhere.
        let tongue = &TONGUES[self.of(&[0, 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4])];
        let female = self.one_in(2);
        let given = if female { tongue.female } else { tongue.male };
        let (first, second) = (self.of(given), self.of(given));
        let given =
            if first == second || self.one_in(3) { first.to_owned() } else { format!("{first} {second}") };
        Name { family: self.of(tongue.family), given, female }
    }
}
