using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Chokepoint.Polling.Store;
using Polly;
using Polly.Retry;

namespace Chokepoint.Polling.Http;

/// <summary>
/// Sends a source's requests as one would like to be asked: one at a time, apart from each other, conditional, packed, named by a
/// user agent, tried again with back-off and jitter where that may help, and never where the source has said to wait.
/// </summary>
internal sealed class PoliteClient : IDisposable
{
    private const int MostRedirects = 3;
    private readonly HttpClient _http;
    private readonly TimeProvider _time;
    private readonly Dictionary<string, long> _lastRequest = new(StringComparer.Ordinal);

    public PoliteClient(PollingOptions options, TimeProvider time)
    {
        _time = time;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AutomaticDecompression = DecompressionMethods.All,
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            ConnectTimeout = TimeSpan.FromSeconds(15),
            MaxConnectionsPerServer = 2,
            MaxResponseDrainSize = 0, // what is over the limit is not read to keep its connection
        })
        {
            Timeout = System.Threading.Timeout.InfiniteTimeSpan, // each try has its own
        };
        _http.DefaultRequestHeaders.UserAgent.ParseAdd(options.UserAgent);
    }

    public async Task<(PollResponse Response, Validators? ToRemember)> SendAsync(
        string source, PollRequest request, Validators? known, PollOptions options, CancellationToken cancellationToken)
    {
        var tries = new ResiliencePipelineBuilder { TimeProvider = _time };
        if (options.Tries > 1)
        {
            tries.AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<PollException>(e =>
                    e.Failure is PollFailure.Unreachable or PollFailure.ServerError or PollFailure.Truncated),
                MaxRetryAttempts = options.Tries - 1,
                Delay = options.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
            });
        }
        return await tries.Build().ExecuteAsync(async token =>
        {
            await KeepGapAsync(source, options.Gap, token);
            return await TryAsync(request, known, options, token);
        }, cancellationToken);
    }

    private async Task KeepGapAsync(string source, TimeSpan gap, CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_lastRequest)
        {
            wait = _lastRequest.TryGetValue(source, out var last) ? gap - _time.GetElapsedTime(last) : TimeSpan.Zero;
        }
        if (wait > TimeSpan.Zero) await Task.Delay(wait, _time, cancellationToken);
        lock (_lastRequest)
        {
            _lastRequest[source] = _time.GetTimestamp();
        }
    }

    private async Task<(PollResponse Response, Validators? ToRemember)> TryAsync(
        PollRequest request, Validators? known, PollOptions options, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(options.Timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var answer = await FollowAsync(request, known, linked.Token);
            if (answer.StatusCode is HttpStatusCode.NotModified)
                return (new PollResponse { Request = request.Name, IsUnchanged = true, FetchedAt = _time.GetUtcNow() }, known);
            if (!answer.IsSuccessStatusCode) throw Refusal(request, answer);

            var body = await LimitedBody.ReadAsync(request, answer.Content, options.MaxBytes, linked.Token);
            var mediaType = answer.Content.Headers.ContentType?.MediaType;
            if (ContentCheck.Mismatch(request.Expected, mediaType, body.Span) is { } instead)
                throw new PollException(PollFailure.UnexpectedContent, $"{request.Name} answered {instead} where {request.Expected.ToString().ToUpperInvariant()} was expected.");
            var response = new PollResponse { Request = request.Name, Body = body, MediaType = mediaType, FetchedAt = _time.GetUtcNow() };
            return (response, Validators.Of(request.Name, answer));
        }
        catch (OperationCanceledException e) when (deadline.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new PollException(PollFailure.Unreachable, FormattableString.Invariant($"{request.Name} took longer than {options.Timeout.TotalSeconds:0.#} s."), e);
        }
        catch (HttpRequestException e)
        {
            throw new PollException(PollFailure.Unreachable, $"{request.Name} cannot be reached: {e.GetBaseException().Message}", e);
        }
    }

    /// <summary>Follows a redirect by hand: a key is sent to the address's own host and port alone, and never out of https.</summary>
    private async Task<HttpResponseMessage> FollowAsync(PollRequest request, Validators? known, CancellationToken cancellationToken)
    {
        var address = request.Address;
        for (var hop = 0; ; hop++)
        {
            using var message = Message(request, address, known);
            var answer = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if ((int)answer.StatusCode is not (301 or 302 or 303 or 307 or 308) || answer.Headers.Location is not { } location) return answer;

            answer.Dispose();
            var to = new Uri(address, location);
            var isElsewhere = to.Authority != request.Address.Authority;
            if (hop == MostRedirects || (address.Scheme is "https" && to.Scheme is not "https") || (isElsewhere && (request.Headers.Count > 0 || request.JsonBody is not null)))
                throw new PollException(PollFailure.Moved, $"{request.Name} has moved to {to.GetLeftPart(UriPartial.Path)}; configure the new address if it is right.");
            address = to;
        }
    }

    private static HttpRequestMessage Message(PollRequest request, Uri address, Validators? known)
    {
        var message = new HttpRequestMessage(request.JsonBody is null ? HttpMethod.Get : HttpMethod.Post, address);
        message.Headers.Accept.ParseAdd(request.Expected switch
        {
            Expected.Json => "application/json",
            Expected.Csv => "text/csv, text/plain;q=0.9, */*;q=0.5",
            Expected.Html => "text/html",
            _ => "*/*",
        });
        foreach (var (name, value) in request.Headers)
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
                throw new InvalidOperationException($"{name} is no request header.");
        }
        if (request.JsonBody is { } json) message.Content = new StringContent(json, Encoding.UTF8, "application/json");
        if (known?.ETag is { } tag) message.Headers.TryAddWithoutValidation("If-None-Match", tag);
        if (known?.LastModified is { } modified) message.Headers.TryAddWithoutValidation("If-Modified-Since", modified);
        return message;
    }

    private PollException Refusal(PollRequest request, HttpResponseMessage answer)
    {
        var wait = RetryAfter.Of(answer.Headers, _time.GetUtcNow());
        var status = (int)answer.StatusCode;
        var failure = status switch
        {
            429 => PollFailure.RateLimited,
            403 or 503 when wait is not null => PollFailure.RateLimited, // 403: API gateways say so of a quota that is spent
            408 => PollFailure.Unreachable,
            >= 500 => PollFailure.ServerError,
            >= 400 => PollFailure.Refused,
            _ => PollFailure.UnexpectedContent,
        };
        var asked = wait is { } span ? FormattableString.Invariant($", and asked to be left alone for {span.TotalSeconds:0} s") : "";
        return new PollException(failure, FormattableString.Invariant($"{request.Name} answered {status}{asked}.")) { RetryAfter = wait };
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>Reads a body up to a limit, of which it never holds more.</summary>
internal static class LimitedBody
{
    private const int Piece = 64 << 10;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(PollRequest request, HttpContent content, long limit, CancellationToken cancellationToken)
    {
        if (content.Headers.ContentLength > limit) throw TooLarge(request, limit);
        using var body = new MemoryStream();
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var buffer = new byte[Piece];
            int count;
            while ((count = await stream.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (body.Length + count > limit) throw TooLarge(request, limit);
                body.Write(buffer, 0, count);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            throw new PollException(PollFailure.Truncated, $"{request.Name} broke off after {body.Length} bytes.", e);
        }
        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    private static PollException TooLarge(PollRequest request, long limit) =>
        new(PollFailure.TooLarge, FormattableString.Invariant($"{request.Name} answered with more than the {limit} bytes that are taken."));
}
