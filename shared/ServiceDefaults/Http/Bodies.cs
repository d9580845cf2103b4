using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Chokepoint.ServiceDefaults;

/// <summary>The size of bodies: 1 MiB unless the endpoint says otherwise by <see cref="IRequestSizeLimitMetadata"/>.</summary>
public static class Bodies
{
    /// <summary>Most bytes of a JSON body (API.md).</summary>
    public const long JsonLimit = 1024 * 1024;
}

/// <summary>
/// Refuses a body over the endpoint's limit. Kestrel's own limit answers 413 too, but then resets the connection, so that a client still
/// sending never sees the answer; here the rest is read and thrown away for the few seconds that Kestrel grants any unread body.
/// </summary>
internal sealed class BodyLimit(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } kestrel)
            kestrel.MaxRequestBodySize = null;
        if (http.GetEndpoint() is not { } endpoint || http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody is false)
            return next(http);
        var limit = endpoint.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is { } own ? own.MaxRequestBodySize : Bodies.JsonLimit;
        if (limit is null)
            return next(http);
        if (http.Request.ContentLength > limit)
            throw TooLarge(limit.Value);
        if (http.Request.ContentLength is null)
            http.Request.Body = new LimitedBody(http.Request.Body, limit.Value);
        return next(http);
    }

    private static ProblemException TooLarge(long limit) =>
        new(ProblemKind.TooLarge, FormattableString.Invariant($"The body is larger than the {limit} bytes that are accepted here."));

    /// <summary>A body of undeclared length, counted as it is read.</summary>
    private sealed class LimitedBody(Stream body, long limit) : Stream
    {
        private long _read;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _read;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await body.ReadAsync(buffer, cancellationToken);
            _read += count;
            return _read > limit ? throw TooLarge(limit) : count;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Bodies are read asynchronously.");

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
