using System.Net;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.Gateway.Reference;

/// <summary>A problem's <c>type</c> leads here: what it means and what a client does about it.</summary>
internal static class ProblemPages
{
    public static string Index() => Html("Problems", string.Concat(ProblemKind.All.Select(kind =>
        $"<tr><td>{kind.Status}<td><a href=\"{kind.Type}\">{Text(kind.Slug)}</a><td>{Text(kind.Title)}")), table: true);

    public static string Page(ProblemKind kind) => Html(
        $"{kind.Status} {kind.Title}",
        $"<p>{Text(kind.Advice)}<p><code>type: {Text(kind.Type)}</code><p><a href=\"/problems\">All problems</a> · <a href=\"/docs\">Reference</a>",
        table: false);

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Html(string title, string content, bool table) => $$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Chokepoint: {{Text(title)}}</title>
        <style>body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 1rem;color:#1a1f26}td{padding:.2rem .8rem .2rem 0}code{background:#f0f2f5;padding:.1rem .3rem}</style>
        <h1>{{Text(title)}}</h1>
        {{(table ? "<table>" : "")}}{{content}}{{(table ? "</table>" : "")}}
        """;
}
