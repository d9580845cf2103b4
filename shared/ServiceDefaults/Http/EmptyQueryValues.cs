using Microsoft.AspNetCore.Http;

namespace Chokepoint.ServiceDefaults;

/// <summary>A query parameter without a value (<c>?mineral=&amp;on=2026-11-28</c>) asks for nothing: it is as one that is not there.</summary>
internal sealed class EmptyQueryValues(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext http)
    {
        if (http.Request.QueryString is { HasValue: true } query && query.Value![1..].Split('&') is var asked && Array.Exists(asked, IsEmpty))
        {
            var kept = string.Join('&', asked.Where(parameter => !IsEmpty(parameter)));
            http.Request.QueryString = kept.Length is 0 ? QueryString.Empty : new QueryString("?" + kept);
        }
        return next(http);
    }

    private static bool IsEmpty(string parameter) => parameter.IndexOf('=', StringComparison.Ordinal) is var at && (at < 0 || at == parameter.Length - 1);
}
