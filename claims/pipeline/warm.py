"""Reading, loaded ahead: a process that starts with this module shares it with all that it forks."""

from claims.pipeline.read_again import warm_up

warm_up()
