using Chokepoint.Gateway.Forwarding;
using Chokepoint.ServiceDefaults;

namespace Chokepoint.Gateway.Reference;

internal static class ReferenceExtensions
{
    public static void AddReference(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PlatformDocument>();

    /// <summary><c>/docs</c>: the interface of all services on one page, and each alone; <c>/problems/{type}</c>: what a problem means.</summary>
    public static void MapReference(this WebApplication app)
    {
        var pages = app.MapGroup("").WithHead();
        pages.MapGet("/", () => Results.Redirect("/docs"));
        pages.MapGet("/docs/openapi.json", async (PlatformDocument document, CancellationToken cancellationToken) =>
            Results.Text((await document.ReadAsync(cancellationToken)).ToJsonString(), "application/json"));
        pages.MapGet("/problems", () => Results.Text(ProblemPages.Index(), "text/html; charset=utf-8"));
        pages.MapGet("/problems/{slug}", (string slug) => ProblemKind.All.FirstOrDefault(kind => kind.Slug == slug) is { } kind
            ? Results.Text(ProblemPages.Page(kind), "text/html; charset=utf-8")
            : Problems.NotFound($"No problem of the gateway's or common to the services is called {slug}."));
        app.UseSwaggerUI(page =>
        {
            page.RoutePrefix = "docs";
            page.DocumentTitle = "Chokepoint: reference";
            page.SwaggerEndpoint("/docs/openapi.json", "The whole platform");
            foreach (var area in Area.All)
                page.SwaggerEndpoint($"/api/{area.Name}/openapi.json", area.Title);
            page.SwaggerEndpoint("/api/ops/openapi.json", "Operations");
            page.ConfigObject.AdditionalItems["validatorUrl"] = null!; // asks a stranger otherwise
            page.DefaultModelsExpandDepth(0);
            page.DisplayRequestDuration();
            page.EnableDeepLinking();
            page.EnableFilter();
            page.EnableTryItOutByDefault();
        });
    }
}
