namespace Chokepoint.Polling.Store;

/// <summary>What makes the next request for the same thing conditional, as the source sent it.</summary>
internal sealed record Validators(string Request, string? ETag, string? LastModified)
{
    public static Validators Of(string request, HttpResponseMessage answer) => new(
        request,
        answer.Headers.TryGetValues("ETag", out var tags) ? tags.First() : null,
        answer.Content.Headers.TryGetValues("Last-Modified", out var dates) ? dates.First() : null);
}

/// <summary>A source held by this process; the number fences its writes off from those of a holder that was taken for dead.</summary>
internal sealed record PollLease(string Source, long Number, string? Cursor, int Failures);
