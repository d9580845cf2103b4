using System.Text;
using System.Text.Json;

namespace Chokepoint.Polling;

/// <summary>The kind of document that a request expects.</summary>
public enum Expected
{
    Json,
    Csv,
    Html,

    /// <summary>A ZIP container, as XLSX is.</summary>
    Zip,
}

/// <summary>One request to a source.</summary>
public sealed record PollRequest
{
    /// <summary>What it asks for, in a few words without any secret: what errors call it, and what its validators are kept under.</summary>
    public required string Name { get; init; }

    public required Uri Address { get; init; }

    /// <summary>What comes instead is a failure: sources answer with a page of HTML where something is wrong.</summary>
    public required Expected Expected { get; init; }

    /// <summary>A key may be among them; they are sent to the address's own host and port alone.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Null is a GET; else a POST of this JSON.</summary>
    public string? JsonBody { get; init; }

    /// <summary>False for an answer that is not the same document from one turn to the next.</summary>
    public bool IsConditional { get; init; } = true;
}

/// <summary>What a source answered: its body whole, or that nothing has changed.</summary>
public sealed record PollResponse
{
    internal string Request { get; init; } = "";

    /// <summary>The source says that nothing has changed since the answer that was stored last (304).</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Unpacked, at most <see cref="PollOptions.MaxBytes"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    public string? MediaType { get; init; }

    /// <summary>When it came.</summary>
    public required DateTimeOffset FetchedAt { get; init; }

    /// <exception cref="PollException">It is no JSON, or only half of it.</exception>
    public JsonDocument Json()
    {
        try
        {
            return JsonDocument.Parse(Body);
        }
        catch (JsonException e)
        {
            throw new PollException(PollFailure.Malformed,
                $"{Request} answered JSON that cannot be parsed, or half of it ({Body.Length} bytes, line {e.LineNumber + 1}).", e);
        }
    }

    /// <summary>As UTF-8, a byte order mark left out.</summary>
    public string Text() => Encoding.UTF8.GetString(Body.Span.StartsWith(Encoding.UTF8.Preamble) ? Body.Span[3..] : Body.Span);

    /// <summary>What to throw when what must be in the answer is not.</summary>
    public PollException LayoutChanged(string what) => new(PollFailure.LayoutChanged, $"{Request} has another layout than is known: {what}");
}
