"""Every kind of problem that a door answers with: its code, status, and what it means, in French and English.

The `type` of a problem document (RFC 9457) is the address of the page that is made from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from types import MappingProxyType

from feeds.errors import FeedError
from governance.bilingual import Sentence
from governance.errors import CommonsError
from hub.errors import BadRequest, Conflict, FetchError, HubError, NotFound, Refused, StorageError, Unauthorised


@dataclass(frozen=True, slots=True)
class ProblemType:
    """A kind of problem. `code` is a promise: programs compare the address that ends with it."""

    code: str
    status: HTTPStatus
    title: Sentence
    meaning: Sentence
    next_step: Sentence


_TYPES = (
    ProblemType(
        "not-found",
        HTTPStatus.NOT_FOUND,
        Sentence("Introuvable", "Not found"),
        Sentence(
            "Rien ne porte ce nom ici, ou cette partie n'a jamais été publiée.",
            "Nothing here has this name, or this part was never released.",
        ),
        Sentence(
            "Chercher dans le catalogue : /api/v1/feeds ou la page d'accueil.",
            "Look it up in the catalogue: /api/v1/feeds or the front page.",
        ),
    ),
    ProblemType(
        "denied",
        HTTPStatus.FORBIDDEN,
        Sentence("Les accords en vigueur ne le permettent pas", "The agreements in force do not allow this"),
        Sentence(
            "La décision a été prise sur les accords, les sanctions et les règles votées en vigueur à cet instant ; "
            "elle est inscrite au journal. Chaque motif nomme la clause qui a refusé.",
            "The decision was made on the agreements, sanctions and voted rules in force at this instant; it is "
            "written in the audit. Each reason names the clause that denied.",
        ),
        Sentence(
            "Suivre l'étape proposée par chaque motif, ou lire les accords en vigueur : /agreements.",
            "Take the step that each reason proposes, or read the agreements in force: /agreements.",
        ),
    ),
    ProblemType(
        "unauthorised",
        HTTPStatus.UNAUTHORIZED,
        Sentence("Cette clé n'ouvre rien", "This key opens nothing"),
        Sentence(
            "La clé est inconnue, expirée ou révoquée ; on ne dit pas laquelle des trois.",
            "The key is unknown, expired or revoked; which of the three is not said.",
        ),
        Sentence(
            "Demander une nouvelle clé au secrétariat, ou lire sans clé ce qui est ouvert.",
            "Ask the secretariat for a new key, or read what is open without one.",
        ),
    ),
    ProblemType(
        "key-in-address",
        HTTPStatus.BAD_REQUEST,
        Sentence("Une clé ne se met pas dans l'adresse", "A key does not belong in an address"),
        Sentence(
            "Les adresses se gardent dans les journaux, les historiques et les caches. La demande n'a pas été lue.",
            "Addresses are kept in logs, histories and caches. The request was not read.",
        ),
        Sentence(
            "Révoquer cette clé, en demander une autre, et l'envoyer dans l'en-tête Authorization: Bearer.",
            "Revoke this key, ask for another one, and send it in the header Authorization: Bearer.",
        ),
    ),
    ProblemType(
        "conflict",
        HTTPStatus.CONFLICT,
        Sentence("Dépassé par les événements", "Overtaken"),
        Sentence(
            "C'est déjà fait, ou quelqu'un d'autre a été plus rapide.", "It is true already, or somebody was faster."
        ),
        Sentence("Relire l'état actuel et recommencer si besoin.", "Read the present state and try again if needed."),
    ),
    ProblemType(
        "bad-request",
        HTTPStatus.BAD_REQUEST,
        Sentence("Cela ne peut pas être demandé", "This cannot be asked"),
        Sentence(
            "La demande elle-même est incorrecte ; le détail dit en quoi.",
            "The request itself is wrong; the detail says how.",
        ),
        Sentence(
            "Corriger la demande ; la référence est à /api/v1/docs.",
            "Mend the request; the reference is at /api/v1/docs.",
        ),
    ),
    ProblemType(
        "invalid-parameters",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Sentence("Un paramètre n'est pas valable", "A parameter is not valid"),
        Sentence(
            "Un paramètre manque, ou sa valeur n'est pas de la forme attendue ; la liste dit lequel.",
            "A parameter is missing, or its value has not the form that is expected; the list says which.",
        ),
        Sentence(
            "Corriger les paramètres nommés ; la référence est à /api/v1/docs.",
            "Mend the parameters that are named; the reference is at /api/v1/docs.",
        ),
    ),
    ProblemType(
        "method-not-allowed",
        HTTPStatus.METHOD_NOT_ALLOWED,
        Sentence("Cette méthode n'existe pas à cette adresse", "This address has no such method"),
        Sentence(
            "Le site public se lit (GET, HEAD) ; on dépose à la porte d'entrée.",
            "The public door is read (GET, HEAD); feeds are handed in at the intake door.",
        ),
        Sentence("Voir l'en-tête Allow.", "See the header Allow."),
    ),
    ProblemType(
        "too-large",
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        Sentence("Trop volumineux", "Too large"),
        Sentence(
            "L'envoi dépasse la taille permise ; rien n'a été gardé.",
            "The upload is larger than allowed; nothing was kept.",
        ),
        Sentence(
            "Comprimer ou découper l'envoi, ou s'adresser au secrétariat.",
            "Compress or split it, or write to the secretariat.",
        ),
    ),
    ProblemType(
        "range-not-satisfiable",
        HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
        Sentence("Cette plage est hors du fichier", "This range lies outside the file"),
        Sentence(
            "L'en-tête Content-Range de la réponse donne la taille du fichier.",
            "The header Content-Range of the answer gives the size of the file.",
        ),
        Sentence("Demander une plage dans le fichier.", "Ask for a range within the file."),
    ),
    ProblemType(
        "feed-refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Sentence("Le flux est refusé", "The feed is refused"),
        Sentence(
            "Le flux entier est refusé et la dernière bonne version reste. Le détail nomme fichier, ligne et champ.",
            "The whole feed is refused and the last good version stays. The detail names file, row and field.",
        ),
        Sentence("Corriger le flux et le déposer de nouveau.", "Mend the feed and hand it in again."),
    ),
    ProblemType(
        "commons-refused",
        HTTPStatus.UNPROCESSABLE_ENTITY,
        Sentence("Les documents du commun sont refusés", "The documents of the commons are refused"),
        Sentence(
            "Les documents du commun se contredisent ou ne sont pas compris ; sans eux rien n'est permis.",
            "The commons' documents contradict themselves or are not understood; without them nothing is allowed.",
        ),
        Sentence("S'adresser au secrétariat.", "Write to the secretariat."),
    ),
    ProblemType(
        "address-failed",
        HTTPStatus.BAD_GATEWAY,
        Sentence("L'adresse n'a pas donné de flux", "The address did not give a feed"),
        Sentence(
            "Une adresse extérieure n'a pas répondu comme il faut.", "An address outside did not answer as it should."
        ),
        Sentence("Vérifier l'adresse et réessayer plus tard.", "Check the address and try again later."),
    ),
    ProblemType(
        "storage",
        HTTPStatus.INSUFFICIENT_STORAGE,
        Sentence("Ni place ni droit pour écrire", "There is no room or no right to write"),
        Sentence("Rien n'a été écrit à moitié.", "Nothing was half-written."),
        Sentence("S'adresser à qui tient ce serveur.", "Write to whoever runs this server."),
    ),
    ProblemType(
        "internal",
        HTTPStatus.INTERNAL_SERVER_ERROR,
        Sentence("Le serveur est en défaut", "The hub is at fault"),
        Sentence(
            "Une faute du logiciel ; elle est inscrite, ses détails ne sortent pas.",
            "A fault of the program; it is logged, its details do not leave.",
        ),
        Sentence(
            "Réessayer, puis s'adresser à qui tient ce serveur.", "Try again, then write to whoever runs this server."
        ),
    ),
    ProblemType(
        "http",
        HTTPStatus.BAD_REQUEST,
        Sentence("La demande n'a pas abouti", "The request was not answered"),
        Sentence(
            "Le code de statut HTTP dit pourquoi (RFC 9110, section 15).",
            "The HTTP status code says why (RFC 9110, section 15).",
        ),
        Sentence("Voir la référence à /api/v1/docs.", "See the reference at /api/v1/docs."),
    ),
)

PROBLEM_TYPES: Mapping[str, ProblemType] = MappingProxyType({one.code: one for one in _TYPES})

#: Which kind of problem an error is; the nearest ancestor of its class that is listed decides.
BY_ERROR: Mapping[type[Exception], str] = MappingProxyType(
    {
        NotFound: "not-found",
        Refused: "denied",
        Unauthorised: "unauthorised",
        Conflict: "conflict",
        BadRequest: "bad-request",
        FetchError: "address-failed",
        StorageError: "storage",
        HubError: "internal",
        FeedError: "feed-refused",
        CommonsError: "commons-refused",
    }
)

#: Which kind of problem a bare HTTP status is; any other status is of the kind ``http``.
BY_STATUS: Mapping[int, str] = MappingProxyType(
    {404: "not-found", 405: "method-not-allowed", 413: "too-large", 416: "range-not-satisfiable", 500: "internal"}
)


def type_of(fault: Exception) -> ProblemType:
    """The kind of problem that an error of our trees is."""
    code = next(BY_ERROR[base] for base in type(fault).__mro__ if base in BY_ERROR)
    return PROBLEM_TYPES[code]
