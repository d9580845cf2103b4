using System.Reflection;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace Chokepoint.ServiceDefaults;

/// <summary>The service's OpenAPI 3.1 document: the key as a security scheme, the scope each operation needs, problems for what is refused.</summary>
public static class ServiceDocument
{
    private const string Problem = "Problem";
    private const string Key = "key";

    /// <summary>The document's name, and its key as an <c>IOpenApiDocumentProvider</c>.</summary>
    public const string Name = "v1";

    public static IServiceCollection AddServiceDocument(this IServiceCollection services, string title, string area) =>
        services.AddOpenApi(Name, options =>
        {
            options.OpenApiVersion = OpenApiSpecVersion.OpenApi3_1;
            // HEAD goes without saying where GET is, and would be a second operation of the same name.
            options.ShouldInclude = endpoint => endpoint.RelativePath?.StartsWith("api/", StringComparison.Ordinal) is true && endpoint.HttpMethod is not "HEAD";
            options.AddDocumentTransformer((document, _, _) =>
            {
                document.Info = new OpenApiInfo { Title = title, Version = "1", Description = $"The interface under /api/{area}." };
                document.Servers = [new OpenApiServer { Url = "/" }];
                document.Components ??= new OpenApiComponents();
                document.Components.SecuritySchemes ??= new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal);
                document.Components.SecuritySchemes[Key] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    Description = "A key that the operator configured: Authorization: Bearer <key>.",
                };
                document.Components.Schemas ??= new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal);
                document.Components.Schemas[Problem] = ProblemSchema();
                document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Key, document)] = [] }];
                return Task.CompletedTask;
            });
            options.AddOperationTransformer(AddRefusals);
        });

    private static Task AddRefusals(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken cancellationToken)
    {
        var scopes = context.Description.ActionDescriptor.EndpointMetadata.OfType<IAuthorizeData>()
            .Select(asked => asked.Policy).Where(scope => Scopes.All.Contains(scope, StringComparer.Ordinal)).ToArray();
        if (scopes.Length > 0)
            operation.Description = $"{operation.Description}\n\nNeeds the scope {string.Join(" and ", scopes.Select(scope => $"`{scope}`"))}.".TrimStart();

        List<ProblemKind> refusals = [ProblemKind.Unauthenticated, ProblemKind.TooManyRequests, ProblemKind.Unavailable];
        if (scopes.Length > 0)
            refusals.Add(ProblemKind.Forbidden);
        if (operation.RequestBody is not null)
            refusals.AddRange([ProblemKind.Malformed, ProblemKind.TooLarge, ProblemKind.UnsupportedMediaType, ProblemKind.Invalid]);
        refusals.AddRange(AddParameters(operation, context));
        operation.Responses ??= [];
        foreach (var kind in refusals)
        {
            operation.Responses.TryAdd(kind.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), new OpenApiResponse
            {
                Description = kind.Title + ".",
                Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
                {
                    ["application/problem+json"] = new OpenApiMediaType { Schema = new OpenApiSchemaReference(Problem, context.Document) },
                },
            });
        }
        return Task.CompletedTask;
    }

    /// <summary>The parameters of the types that bind themselves, which the framework cannot see into.</summary>
    private static IEnumerable<ProblemKind> AddParameters(OpenApiOperation operation, OpenApiOperationTransformerContext context)
    {
        operation.Parameters ??= [];
        var taken = context.Description.ActionDescriptor.EndpointMetadata.OfType<MethodInfo>()
            .SelectMany(handler => handler.GetParameters()).Select(parameter => parameter.ParameterType).ToHashSet();
        if (taken.Contains(typeof(PageRequest)))
        {
            Add("limit", ParameterLocation.Query, new OpenApiSchema { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{PageRequest.Most}", Default = PageRequest.Usual },
                "Most items to answer with.");
            Add("cursor", ParameterLocation.Query, Text("Opaque."), "The `nextCursor` of the page before.");
            yield return ProblemKind.Malformed;
            yield return ProblemKind.Invalid;
        }
        if (context.Description.HttpMethod is "GET")
            yield break;
        Add(Idempotency.Header, ParameterLocation.Header, Text("Up to 255 characters."), "Makes it safe to send the request again within 24 hours: it is answered as it was the first time.");
        if (taken.Contains(typeof(IfMatch)))
        {
            Add("If-Match", ParameterLocation.Header, Text("A strong ETag."), "The `ETag` of the version that was read.", required: true);
            yield return ProblemKind.Stale;
            yield return ProblemKind.PreconditionRequired;
        }

        void Add(string name, ParameterLocation place, OpenApiSchema schema, string description, bool required = false) =>
            operation.Parameters.Add(new OpenApiParameter { Name = name, In = place, Schema = schema, Description = description, Required = required });
    }

    private static OpenApiSchema ProblemSchema() => new()
    {
        Type = JsonSchemaType.Object,
        Description = "Problem details, RFC 9457.",
        Required = new HashSet<string>(StringComparer.Ordinal) { "type", "title", "status", "traceId" },
        Properties = new Dictionary<string, IOpenApiSchema>(StringComparer.Ordinal)
        {
            ["type"] = Text("Stable; a page about it is served at this path.", "/problems/invalid"),
            ["title"] = Text("The same for every problem of this type."),
            ["status"] = new OpenApiSchema { Type = JsonSchemaType.Integer },
            ["detail"] = Text("What is wrong with this request."),
            ["traceId"] = Text("Leads the operator to what happened."),
            ["errors"] = new OpenApiSchema
            {
                Type = JsonSchemaType.Object,
                Description = "Messages by JSON Pointer (RFC 6901) of the field.",
                AdditionalProperties = new OpenApiSchema { Type = JsonSchemaType.Array, Items = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        },
    };

    private static OpenApiSchema Text(string description, string? example = null) =>
        new() { Type = JsonSchemaType.String, Description = description, Examples = example is null ? null : [example] };
}
