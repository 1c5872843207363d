using Whales.Hosting.Security;
using Whales.Ingest.Api.Documentation;
using Whales.Ingest.Api.Errors;
using Whales.Ingest.Api.Identifications;

namespace Whales.Ingest.Api.Operations;

/// <summary>What operators need besides the identifications themselves: /v1/audit, /v1/dead-letters, and the faults and the export of one identification.</summary>
public static class OperationsEndpoints
{
    public static void MapOperations(this IEndpointRouteBuilder routes)
    {
        var one = routes.MapGroup(IdentificationEndpoints.Path).WithTags("Identifications").AddEndpointFilter<RefusalFilter>();
        one.MapGet("{id}/faults", FaultsEndpoint.List)
            .WithName("ListFaults")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .WithSummary("What went wrong with an identification, attempt by attempt")
            .WithDescription("Oldest first, also of attempts whose error a retry has cleared. A worker process that ended with the photo is told as worker_ended.")
            .Describe(DescribeOperations.Faults);
        one.MapGet("{id}/export", ExportEndpoint.Get)
            .WithName("ExportIdentification")
            .RequiresScope(Scope.Submit | Scope.Operate)
            .CountsAgainstLimit()
            .WithSummary("Everything that is stored about an identification")
            .WithDescription($"A ZIP with {ExportEndpoint.JsonName} and the photo as it was sent, with the place where it was taken.")
            .Describe(DescribeOperations.Export);

        var audit = routes.MapGroup("/v1/audit").WithTags("Operations").AddEndpointFilter<RefusalFilter>();
        audit.MapGet("", AuditEndpoint.List)
            .WithName("ListAudit")
            .RequiresScope(Scope.Operate)
            .WithSummary("Who removed, canceled, retried or exported what, newest first")
            .WithDescription("Entries outlive what they are about. Give nextCursor back as cursor for the next part.")
            .Describe(DescribeOperations.Audit);

        var letters = routes.MapGroup(DeadLetterEndpoints.Path).WithTags("Operations").AddEndpointFilter<RefusalFilter>();
        letters.MapGet("", DeadLetterEndpoints.List)
            .WithName("ListDeadLetters")
            .RequiresScope(Scope.Operate)
            .WithSummary("Messages that nobody could read, newest first")
            .WithDescription("Failed photos are not here: list identifications with status=failed.")
            .Describe(DescribeOperations.DeadLetters);
        letters.MapGet("{id}", DeadLetterEndpoints.Get)
            .WithName("GetDeadLetter")
            .RequiresScope(Scope.Operate)
            .WithSummary("Read a dead letter: its reason, its headers and the beginning of its text")
            .Describe(DescribeOperations.DeadLetter);
        letters.MapGet("{id}/body", DeadLetterEndpoints.Body)
            .WithName("GetDeadLetterBody")
            .RequiresScope(Scope.Operate)
            .WithSummary("The bytes of a dead letter")
            .Describe(DescribeOperations.DeadLetterBody);
        letters.MapPost("{id}/replay", DeadLetterEndpoints.Replay)
            .WithName("ReplayDeadLetter")
            .RequiresScope(Scope.Operate)
            .WithSummary("Put a dead letter back into its queue")
            .WithDescription("As it was. When it still cannot be read it comes back, with another id.")
            .Describe(DescribeOperations.ReplayDeadLetter);
        letters.MapDelete("{id}", DeadLetterEndpoints.Discard)
            .WithName("DiscardDeadLetter")
            .RequiresScope(Scope.Operate)
            .WithSummary("Remove a dead letter")
            .Describe(DescribeOperations.DiscardDeadLetter);
        letters.MapDelete("", DeadLetterEndpoints.DiscardMany)
            .WithName("DiscardDeadLetters")
            .RequiresScope(Scope.Operate)
            .WithSummary("Remove dead letters")
            .WithDescription($"At most {BulkEndpoints.MostAtOnce} a request, newest first; repeat while more is true.")
            .Describe(DescribeOperations.DiscardDeadLetters);
    }
}
