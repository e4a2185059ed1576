"""`match/`: which tracked claims a text, several texts or a kept article repeat or contradict."""

from collections.abc import Sequence
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from claims.api.answers import MatchesAnswer
from claims.api.bodies import MatchBody
from claims.api.documented import documented
from claims.api.endpoint import Endpoint
from claims.pipeline.match import Match
from claims.queries.repeated import claims_repeated_by, claims_repeated_in


class MatchEndpoint(Endpoint):
    """Looking texts up among the tracked claims."""

    permission_classes = (AllowAny,)  # it reads, and reading is open; a POST only because texts are long

    @documented("match", body=MatchBody, answers={200: MatchesAnswer})
    def post(self, request: Request) -> Response:
        """Say which tracked claims a text repeats or contradicts, best first, at most 20 for each text.

        Send exactly one of `text`, `texts` (answered as `results`, in order) and `url` (an article that is
        kept already; nothing is fetched, another address is refused with 422). A text of more than 300
        characters is read as an article is: the claims found in it are looked up. `zone` says how sure it is
        that the same thing is meant, `relation` apart from that whether the text says the same or the
        opposite. Claims internal to the desk are found with a contributor's token.
        """
        sent = self.sent(MatchBody)
        desk = self.sees_the_desk
        if "texts" in sent:
            return Response({"results": list(map(_shape, claims_repeated_in(*sent["texts"], desk=desk)))})
        if "url" in sent:
            return Response(_shape(claims_repeated_by(sent["url"], desk=desk)))
        [found] = claims_repeated_in(sent["text"], desk=desk)
        return Response(_shape(found))


def _shape(matches: Sequence[Match]) -> dict[str, Any]:
    return {
        "matches": [
            {
                "claim": match.claim,
                "score": match.score,
                "zone": match.zone,
                "relation": match.relation,
                "reasons": list(match.reasons),
            }
            for match in matches
        ]
    }
