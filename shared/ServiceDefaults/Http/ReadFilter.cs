using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Chokepoint.ServiceDefaults;

/// <summary>
/// Gives every JSON answer to a GET a strong ETag and answers 304 to one who has it already. The tag is the endpoint's own where it
/// set one, else the hash of the body.
/// </summary>
internal sealed class ReadFilter(IOptions<JsonOptions> json) : IEndpointFilter
{
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var result = await next(context);
        var http = context.HttpContext;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
            return result;
        if (HttpMethods.IsHead(http.Request.Method) && IsStream(result))
        {
            http.Response.ContentType = "text/event-stream"; // and no more: a stream without its body would never end
            return Results.Empty;
        }
        if (Value(result) is not { } value || http.Response.HasStarted)
            return result;

        var body = JsonSerializer.SerializeToUtf8Bytes(value, json.Value.SerializerOptions);
        var etag = http.Response.Headers.ETag.ToString() is { Length: > 0 } own ? own : ETags.OfBytes(body);
        return StoredDocument.IsKnown(http.Request, etag) ? StoredDocument.NotModified(http, etag) : StoredDocument.Answer(http, etag, body);
    }

    private static bool IsStream(object? result) =>
        result?.GetType() is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(ServerSentEventsResult<>);

    /// <summary>What a 200 would write as JSON: an object, or the value in <c>Ok</c>.</summary>
    private static object? Value(object? result) => result switch
    {
        INestedHttpResult nested => Value(nested.Result),
        IValueHttpResult { Value: { } value } and IStatusCodeHttpResult { StatusCode: 200 or null } and not IContentTypeHttpResult { ContentType: not null } => value,
        IResult or string or null => null,
        _ => result,
    };
}

/// <summary>ETags for a group that <see cref="ServiceDefaultsExtensions.UseServiceDefaults"/> has not made.</summary>
public static class ReadExtensions
{
    /// <summary>Every JSON answer to a GET has a strong ETag, and is 304 to one who has it already.</summary>
    public static RouteGroupBuilder WithETags(this RouteGroupBuilder group)
    {
        group.AddEndpointFilter<RouteGroupBuilder, ReadFilter>();
        return group;
    }
}
