using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using Chokepoint.Notifications.Subscriptions;
using Microsoft.Extensions.Options;

namespace Chokepoint.Notifications.Dispatch;

/// <summary>
/// Makes one attempt: a POST of the stored bytes, signed anew by Standard Webhooks 1.0, to a permitted address. Never throws for
/// what a receiver does; that is the result.
/// </summary>
internal sealed class WebhookSender : IDisposable
{
    private const int LongestResponseBody = 1024;
    private static readonly ProductInfoHeaderValue UserAgent = new("Chokepoint-Webhooks", "1.0");
    private static readonly MediaTypeHeaderValue ContentType = new("application/json", "utf-8");

    private readonly HttpMessageInvoker _http;
    private readonly SecretVault _vault;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    public WebhookSender(IOptions<DispatchSettings> options, SecretVault vault, TimeProvider time)
    {
        var settings = options.Value;
        (_vault, _time, _timeout) = (vault, time, settings.Timeout);
        _http = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectCallback = new GuardedConnection(settings.Addresses, settings.AllowPlainHttp).ConnectAsync,
            UseProxy = false,
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // No traceparent to third parties, and no span with a URL whose path may be a credential: the attempt's own span stands for it.
            ActivityHeadersPropagator = null,
            ConnectTimeout = settings.Timeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // a name that moved is followed, and judged again
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 16 * 1024,
        });
    }

    public async Task<AttemptResult> SendAsync(ClaimedDelivery delivery, CancellationToken cancellationToken)
    {
        using var activity = Telemetry.StartAttempt(delivery);
        var startedAt = delivery.ClaimedAt + _time.GetElapsedTime(delivery.ReadAt);
        var started = _time.GetTimestamp();
        Outcome outcome;
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            deadline.CancelAfter(_timeout);
            try
            {
                outcome = await PostAsync(delivery, startedAt, deadline.Token);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                outcome = new Outcome { Error = Classify(error) };
            }
        }
        Telemetry.EndAttempt(activity, outcome.StatusCode, outcome.Error);
        return new AttemptResult(delivery, startedAt, _time.GetElapsedTime(started), outcome.StatusCode, outcome.Error,
            outcome.Body, outcome.RequestId, activity?.TraceId.ToString(), outcome.RetryAfter);
    }

    private async Task<Outcome> PostAsync(ClaimedDelivery delivery, DateTimeOffset now, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(delivery.Url))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            Content = new ByteArrayContent(delivery.Body) { Headers = { ContentType = ContentType } },
        };
        var (id, timestamp) = (delivery.EventId.ToString(), now.ToUnixTimeSeconds());
        request.Headers.UserAgent.Add(UserAgent);
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture));
        request.Headers.TryAddWithoutValidation("webhook-signature", Sign(delivery, id, timestamp));

        using var response = await _http.SendAsync(request, cancellationToken);
        var status = (int)response.StatusCode;
        return new Outcome
        {
            StatusCode = status,
            Error = status switch { >= 200 and < 300 => null, >= 300 and < 400 => AttemptError.Redirect, _ => AttemptError.Status },
            RetryAfter = status is StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable ? RetryAfter(response, now) : null,
            RequestId = response.Headers.TryGetValues("x-request-id", out var ids) ? Cut(ids.First(), 200) : null,
            Body = await ReadStartAsync(response.Content, cancellationToken),
        };
    }

    /// <summary>Both secrets sign during a rotation, the new one first.</summary>
    private string Sign(ClaimedDelivery delivery, string id, long timestamp)
    {
        var signature = _vault.Open(delivery.Secret, delivery.SubscriptionId).Sign(id, timestamp, delivery.Body);
        return delivery.PreviousSecret is { } previous
            ? $"{signature} {_vault.Open(previous, delivery.SubscriptionId).Sign(id, timestamp, delivery.Body)}"
            : signature;
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, DateTimeOffset now) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > now => date - now,
        _ => null,
    };

    // The status is the answer; a body that breaks off or never ends changes nothing about it, so only its start is read.
    private static async Task<string?> ReadStartAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(LongestResponseBody);
        try
        {
            await using var stream = await content.ReadAsStreamAsync(cancellationToken);
            var length = await stream.ReadAtLeastAsync(buffer.AsMemory(0, LongestResponseBody), LongestResponseBody, throwOnEndOfStream: false, cancellationToken);
            return length == 0 ? null : Encoding.UTF8.GetString(buffer, 0, length).Replace('\0', '\uFFFD'); // PostgreSQL's text holds no NUL
        }
        catch (Exception error) when (error is IOException or HttpRequestException or OperationCanceledException)
        {
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Classify(Exception error) => error switch
    {
        CryptographicException => AttemptError.SecretUnreadable,
        OperationCanceledException => AttemptError.Timeout,
        ForbiddenAddressException forbidden => forbidden.Error,
        AuthenticationException => AttemptError.Tls,
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain } => AttemptError.NameNotResolved,
        SocketException { SocketErrorCode: SocketError.TimedOut } => AttemptError.Timeout,
        HttpRequestException { InnerException: { } inner } => Classify(inner),
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => AttemptError.ConnectionFailed,
        SocketException => AttemptError.ConnectionFailed,
        _ => AttemptError.Protocol,
    };

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];

    public void Dispose() => _http.Dispose();

    private readonly record struct Outcome(int? StatusCode, string? Error, string? Body, string? RequestId, TimeSpan? RetryAfter);
}
