//! Sets of answers in one language, in several languages of the same script.

use super::sets::{Set, pair, set};

/// The parts of which answers are made.
struct Phrases {
    name: &'static str,
    asks: &'static str,
    starts: [&'static str; 6],
    reasons: [&'static str; 6],
    ends: [&'static str; 6],
}

const LANGUAGES: [Phrases; 5] = [
    Phrases {
        name: "English",
        asks: "What should the guest in room",
        starts: [
            "The parcel left the depot this morning and should reach the house before noon",
            "We open at nine in the morning and close at six in the evening on working days",
            "The train to the coast was late because a tree had fallen on the rails at night",
            "You can return the shoes within thirty days if you have not worn them outside",
            "The kitchen is closed on Mondays, but the bar still serves soup and bread",
            "Our technician will look at the heating tomorrow and call you before he comes",
        ],
        reasons: [
            "because the driver had to wait at the bridge for more than an hour",
            "since most of the people who work here have the day off",
            "so that nobody has to stand in the rain while we look for the key",
            "although the weather was much better than we had thought it would be",
            "which is why the people at the desk asked everyone to come back later",
            "and there is nothing else that you would have to do about it",
        ],
        ends: [
            "Please have the slip ready when someone rings at your door.",
            "If you have any other questions, write to us at any time.",
            "We are sorry for the trouble and thank you for waiting.",
            "The same is true for all orders that were placed last week.",
            "There is a map of the building next to the stairs.",
            "You do not have to pay anything for this.",
        ],
    },
    Phrases {
        name: "German",
        asks: "Was soll der Gast in Zimmer",
        starts: [
            "Das Paket hat heute Morgen das Lager verlassen und sollte vor Mittag ankommen",
            "Wir öffnen um neun Uhr und schließen an Werktagen um sechs Uhr abends",
            "Der Zug an die Küste war zu spät, weil nachts ein Baum auf die Gleise gefallen war",
            "Sie können die Schuhe innerhalb von dreißig Tagen ungetragen zurückgeben",
            "Die Küche ist montags geschlossen, aber an der Bar gibt es noch Suppe und Brot",
            "Unser Techniker sieht sich morgen die Heizung an und ruft Sie vorher an",
        ],
        reasons: [
            "da der Fahrer mehr als eine Stunde lang an der Brücke warten musste",
            "denn die meisten Leute, die hier arbeiten, haben an diesem Tag frei",
            "damit niemand im Regen stehen muss, während wir den Schlüssel suchen",
            "obwohl das Wetter viel besser war, als wir es erwartet hatten",
            "weshalb die Leute am Empfang alle gebeten haben, später wiederzukommen",
            "und es gibt nichts, was Sie sonst noch dafür tun müssten",
        ],
        ends: [
            "Bitte halten Sie den Zettel bereit, wenn es an der Tür klingelt.",
            "Wenn Sie noch Fragen haben, schreiben Sie uns jederzeit.",
            "Wir bitten um Entschuldigung und danken für Ihre Geduld.",
            "Das gilt auch für alle Bestellungen der letzten Woche.",
            "Neben der Treppe hängt ein Plan des Gebäudes.",
            "Sie müssen dafür nichts bezahlen.",
        ],
    },
    Phrases {
        name: "Spanish",
        asks: "Qué debe hacer el huésped de la habitación",
        starts: [
            "El paquete salió del almacén esta mañana y debería llegar antes del mediodía",
            "Abrimos a las nueve de la mañana y cerramos a las seis de la tarde",
            "El tren a la costa llegó tarde porque un árbol había caído sobre las vías",
            "Puede devolver los zapatos en un plazo de treinta días si no los ha usado",
            "La cocina cierra los lunes, pero en la barra todavía se sirve sopa y pan",
            "Nuestro técnico revisará mañana la calefacción y le llamará antes de ir",
        ],
        reasons: [
            "porque el conductor tuvo que esperar más de una hora en el puente",
            "ya que la mayoría de las personas que trabajan aquí tienen el día libre",
            "para que nadie tenga que esperar bajo la lluvia mientras buscamos la llave",
            "aunque el tiempo era mucho mejor de lo que habíamos pensado",
            "por eso en la recepción pidieron a todos que volvieran más tarde",
            "y no hay nada más que usted tenga que hacer",
        ],
        ends: [
            "Tenga el resguardo a mano cuando llamen a la puerta.",
            "Si tiene alguna otra pregunta, escríbanos cuando quiera.",
            "Sentimos las molestias y le agradecemos la espera.",
            "Lo mismo vale para todos los pedidos de la semana pasada.",
            "Hay un plano del edificio junto a la escalera.",
            "No tiene que pagar nada por ello.",
        ],
    },
    Phrases {
        name: "French",
        asks: "Que doit faire le client de la chambre",
        starts: [
            "Le colis a quitté le dépôt ce matin et devrait arriver avant midi",
            "Nous ouvrons à neuf heures du matin et fermons à six heures du soir",
            "Le train pour la côte était en retard parce qu'un arbre était tombé sur les rails",
            "Vous pouvez rendre les chaussures dans les trente jours si vous ne les avez pas portées",
            "La cuisine est fermée le lundi, mais le bar sert encore de la soupe et du pain",
            "Notre technicien regardera le chauffage demain et vous appellera avant de venir",
        ],
        reasons: [
            "car le chauffeur a dû attendre plus d'une heure près du pont",
            "puisque la plupart des gens qui travaillent ici ont leur jour de congé",
            "pour que personne ne doive rester sous la pluie pendant que nous cherchons la clé",
            "bien que le temps ait été bien meilleur que nous ne l'avions pensé",
            "c'est pourquoi on a demandé à tout le monde de revenir plus tard",
            "et il n'y a rien d'autre que vous ayez à faire",
        ],
        ends: [
            "Gardez le reçu à portée de main quand on sonnera à la porte.",
            "Si vous avez d'autres questions, écrivez-nous à tout moment.",
            "Nous sommes désolés et vous remercions de votre patience.",
            "Il en va de même pour toutes les commandes de la semaine dernière.",
            "Il y a un plan du bâtiment à côté de l'escalier.",
            "Vous n'avez rien à payer pour cela.",
        ],
    },
    Phrases {
        name: "Polish",
        asks: "Co powinien zrobić gość z pokoju",
        starts: [
            "Paczka wyjechała dziś rano z magazynu i powinna dotrzeć przed południem",
            "Otwieramy o dziewiątej rano i zamykamy o szóstej wieczorem",
            "Pociąg nad morze spóźnił się, ponieważ w nocy drzewo spadło na tory",
            "Może pan zwrócić buty w ciągu trzydziestu dni, jeśli nie były noszone",
            "Kuchnia jest w poniedziałki zamknięta, ale w barze nadal podajemy zupę i chleb",
            "Nasz technik obejrzy jutro ogrzewanie i zadzwoni, zanim przyjedzie",
        ],
        reasons: [
            "bo kierowca musiał czekać przy moście ponad godzinę",
            "gdyż większość osób, które tu pracują, ma tego dnia wolne",
            "żeby nikt nie musiał stać na deszczu, kiedy szukamy klucza",
            "chociaż pogoda była dużo lepsza, niż się spodziewaliśmy",
            "dlatego w recepcji poproszono wszystkich, żeby wrócili później",
            "i nie trzeba już nic więcej w tej sprawie robić",
        ],
        ends: [
            "Proszę przygotować kwit, kiedy ktoś zadzwoni do drzwi.",
            "Jeśli ma pan inne pytania, proszę do nas napisać.",
            "Przepraszamy za kłopot i dziękujemy za cierpliwość.",
            "To samo dotyczy wszystkich zamówień z zeszłego tygodnia.",
            "Obok schodów wisi plan budynku.",
            "Nie trzeba za to nic płacić.",
        ],
    },
];

/// All of them.
pub fn all() -> Vec<Set> {
    let of = |phrases: &'static Phrases| {
        set(&format!("answers in {}", phrases.name), move |n| {
            pair(format!("{} {n}?", phrases.asks), answer(phrases, n))
        })
    };
    LANGUAGES.iter().map(of).collect()
}

/// An answer in another language than the one of this name.
pub fn in_another(name: &str, n: usize) -> Option<String> {
    let at = LANGUAGES.iter().position(|phrases| phrases.name == name)?;
    let other = &LANGUAGES[(at + 1) % LANGUAGES.len()];
    Some(answer(other, n))
}

fn answer(phrases: &Phrases, n: usize) -> String {
    format!(
        "{}, {}. {}",
        phrases.starts[n % 6],
        phrases.reasons[n / 6 % 6],
        phrases.ends[n / 36 % 6]
    )
}
